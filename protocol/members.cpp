#include "protocol/envelope.h"
#include "protocol/json_reader.h"

namespace acpd::protocol {

namespace detail {

namespace {

/// Before the value: past the opening bracket, or past the comma behind the value before.
bool enter(json_reader& in, char open, char close, bool first) {
  in.skip_space();
  if (first) {
    if (!in.take(open)) return false;
    in.skip_space();
    return !in.at_char(close);
  }
  if (!in.take(',')) return false;
  in.skip_space();
  return true;
}

} // namespace

bool raw_cursor::next(char open, char close) {
  json_reader in(rest_, json_reader::hard_max_depth);
  if (!enter(in, open, close, first_)) return false;
  first_ = false;
  if (open == '{') {
    if (!in.at_char('"')) return false;
    const std::size_t key_at = in.at() + 1;
    if (!in.string()) return false;
    key = rest_.substr(key_at, in.at() - key_at - 1);
    in.skip_space();
    if (!in.take(':')) return false;
    in.skip_space();
  }
  const std::size_t value_at = in.at();
  if (in.value(1) == value_kind::none) return false;
  value = rest_.substr(value_at, in.at() - value_at);
  rest_.remove_prefix(in.at());
  return true;
}

} // namespace detail

std::string_view member(std::string_view object, std::string_view key) {
  std::string_view found;
  for_each_member(object, [&](std::string_view name, std::string_view value) {
    if (same_text(name, key)) found = value;
  });
  return found;
}

} // namespace acpd::protocol
