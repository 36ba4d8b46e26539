#include "indexer/worker/output.h"

#include <boost/json/serialize.hpp>
#include <cerrno>
#include <unistd.h>

namespace acpd::index {

void output::line(const boost::json::object& message) {
  const auto text = boost::json::serialize(message) + "\n";
  const std::lock_guard lock(mutex_);
  for (std::size_t at = 0; at < text.size();) {
    const auto n = ::write(fd_, text.data() + at, text.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return;
    at += static_cast<std::size_t>(n);
  }
}

void output::ok(const boost::json::value& id, boost::json::object result) {
  line({{"id", id}, {"ok", std::move(result)}});
}

void output::error(const boost::json::value& id, std::string_view code, std::string_view text) {
  line({{"id", id}, {"error", {{"code", code}, {"text", text}}}});
}

} // namespace acpd::index
