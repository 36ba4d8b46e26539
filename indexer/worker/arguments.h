#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

/// A request's members, read with an eye on what may be wrong: absent, null and of the wrong type
/// are told apart. Throws bad_request, whose text names the member.
class arguments {
public:
  explicit arguments(const boost::json::object& of) : of_(of) {}

  std::string text(std::string_view name) const; // must be there and not empty
  std::string text_or(std::string_view name, std::string_view otherwise) const;
  bool flag(std::string_view name, bool otherwise = false) const;
  std::uint64_t number(std::string_view name, std::uint64_t otherwise, std::uint64_t most) const;
  std::vector<std::string> texts(std::string_view name) const; // absent: none

private:
  const boost::json::value* find(std::string_view name) const; // null: absent or null
  const boost::json::object& of_;
};

/// The peer asked for something that cannot be answered; code and text go back to it.
struct bad_request {
  std::string code, text;
};

} // namespace acpd::index
