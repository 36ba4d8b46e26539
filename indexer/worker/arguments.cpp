#include "indexer/worker/arguments.h"

#include <algorithm>
#include <boost/json/value.hpp>

namespace acpd::index {
namespace {

[[noreturn]] void refuse(std::string_view name, std::string_view expected) {
  throw bad_request{"bad_request",
                    "\"" + std::string(name) + "\" must be " + std::string(expected)};
}

} // namespace

const boost::json::value* arguments::find(std::string_view name) const {
  const auto* found = of_.if_contains(name);
  return found && !found->is_null() ? found : nullptr;
}

std::string arguments::text(std::string_view name) const {
  const auto* found = find(name);
  if (!found || !found->is_string() || found->get_string().empty())
    refuse(name, "a string that is not empty");
  return std::string(found->get_string());
}

std::string arguments::text_or(std::string_view name, std::string_view otherwise) const {
  const auto* found = find(name);
  if (!found) return std::string(otherwise);
  if (!found->is_string()) refuse(name, "a string");
  return std::string(found->get_string());
}

bool arguments::flag(std::string_view name, bool otherwise) const {
  const auto* found = find(name);
  if (!found) return otherwise;
  if (!found->is_bool()) refuse(name, "true or false");
  return found->get_bool();
}

std::uint64_t arguments::number(std::string_view name, std::uint64_t otherwise,
                                std::uint64_t most) const {
  const auto* found = find(name);
  if (!found) return otherwise;
  boost::system::error_code wrong;
  const auto value = found->to_number<std::int64_t>(wrong);
  if (wrong || value < 1) refuse(name, "a whole number from 1");
  return std::min(static_cast<std::uint64_t>(value), most);
}

std::vector<std::string> arguments::texts(std::string_view name) const {
  const auto* found = find(name);
  if (!found) return {};
  if (!found->is_array()) refuse(name, "an array of strings");
  std::vector<std::string> all;
  for (const auto& each : found->get_array()) {
    if (!each.is_string()) refuse(name, "an array of strings");
    all.emplace_back(each.get_string());
  }
  return all;
}

} // namespace acpd::index
