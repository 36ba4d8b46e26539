#include "protocol/crash_point.h"
#include "protocol/splice.h"
#include "server/core/lines.h"
#include "server/net/hub.h"
#include "server/net/link.h"

namespace acpd::net {

using wire::bridge_frame;

void link::reply_raw(std::string_view raw_id, std::uint64_t n, std::string_view line,
                     std::uint16_t slot, std::uint64_t seq) {
  ACPD_CRASH_POINT("net.reply");
  auto e = protocol::scan(line);
  std::string out;
  if (e) protocol::apply(out, line, {{e->id, raw_id}});
  open_requests_.erase(std::string(raw_id));
  if (!own_keys_.empty()) out = with_key(std::move(out), raw_id);
  out.push_back('\n');
  emit(bridge_frame::answer, slot, n, seq, out);
}

/// A client that gave an acpd/key gets it back: on result._meta, or in error.data.acpd.
std::string link::with_key(std::string line, std::string_view raw_id) {
  auto own = own_keys_.find(std::string(raw_id));
  if (own == own_keys_.end()) return line;
  const std::string key = protocol::quoted(own->second);
  own_keys_.erase(own);
  auto e = protocol::scan(line);
  if (!e) return line;
  const auto insert = [&](std::string_view object, const std::string& member) {
    const bool empty = object.find_first_not_of(" \t", 1) == object.find('}');
    line.insert(static_cast<std::size_t>(object.data() - line.data()) + 1,
                empty ? member : member + ",");
    return line;
  };
  if (e->result) {
    const std::string_view result = e->result.in(line), meta = protocol::member(result, "_meta");
    if (!result.starts_with('{') || meta == "null") return line;
    return meta.empty() ? insert(result, R"("_meta":{"acpd/key":)" + key + "}")
                        : insert(meta, R"("acpd/key":)" + key);
  }
  const std::string_view error = e->error.in(line), data = protocol::member(error, "data");
  if (data.empty()) return insert(error, R"("data":{"acpd":{"key":)" + key + "}}");
  if (!data.starts_with('{')) return line;
  const std::string_view own_data = protocol::member(data, "acpd");
  return own_data.empty() ? insert(data, R"("acpd":{"key":)" + key + "}")
                          : insert(own_data, R"("key":)" + key);
}

void link::tell(std::string_view lines) {
  if (closed_ || closing_) return;
  emit(bridge_frame::data, 0, 0, 0, lines);
  pump();
}

void link::answer(std::string_view raw_id, std::uint64_t n, std::string_view line) {
  if (closed_) return;
  const auto request = open_requests_.find(std::string(raw_id));
  if (request != open_requests_.end() && request->second.session)
    reply_raw(raw_id, n, in_own_words(request->second, line));
  else
    reply_raw(raw_id, n, line);
  pump();
}

void link::reply_result(const incoming& r, std::string_view raw_result) {
  answer(r.raw_id, r.n, core::result_line("null", raw_result));
}

void link::reply_error(const incoming& r, int code, std::string_view text,
                       std::string_view raw_data) {
  answer(r.raw_id, r.n, core::error_line("null", code, text, raw_data));
}

void link::ack(std::uint64_t n) {
  if (mode_ != mode::framed || !n || closed_) return;
  emit(bridge_frame::ack, 0, n, 0, {});
  pump();
}

} // namespace acpd::net
