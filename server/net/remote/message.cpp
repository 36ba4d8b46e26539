#include "server/net/remote/message.h"

#include "protocol/errors.h"

#include <charconv>
#include <iterator>

namespace acpd::remote {

using namespace protocol;

void to_one_line(std::string& text) {
  if (text.find_first_of("\r\n") == std::string::npos) return;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char& c = text[i];
    if (in_string && c == '\\')
      ++i;
    else if (c == '"')
      in_string = !in_string;
    else if (!in_string && (c == '\n' || c == '\r'))
      c = ' ';
    else if (c == '\n')
      c = '\x01'; // as little allowed in a string, and it ends no line
  }
}

payload look_at(std::string_view line) {
  auto e = scan(line);
  if (e) return {payload_kind::object, *e};
  if (e.error().code == parse_error) return {payload_kind::no_json, {}};
  const std::size_t first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {payload_kind::no_json, {}};
  if (line[first] == '[') return {payload_kind::batch, {}};
  return {line[first] == '{' ? payload_kind::object : payload_kind::scalar, {}};
}

bool is_initialize(const payload& p, std::string_view line) {
  return p.message && p.message->kind == shape::request &&
         same_text(p.message->method.in(line), "initialize");
}

std::string event_position::text() const {
  return epoch + ":" + std::to_string(seq) + "." + std::to_string(after);
}

std::optional<event_position> event_position::parse(std::string_view text) {
  const std::size_t colon = text.find(':'), dot = text.find('.', colon);
  if (colon == std::string_view::npos || dot == std::string_view::npos) return std::nullopt;
  event_position at{std::string(text.substr(0, colon)), 0, 0};
  const auto number = [](std::string_view digits, std::uint64_t& out) {
    const char* end = digits.data() + digits.size();
    const auto [stop, ec] = std::from_chars(digits.data(), end, out);
    return ec == std::errc{} && stop == end;
  };
  if (!number(text.substr(colon + 1, dot - colon - 1), at.seq)) return std::nullopt;
  if (!number(text.substr(dot + 1), at.after)) return std::nullopt;
  return at;
}

std::optional<event_position> position_of(std::string_view line, const envelope& e) {
  if (e.kind != shape::notification || !e.params_meta) return std::nullopt;
  std::string_view seq, epoch;
  for_each_member(e.params_meta.in(line), [&](std::string_view key, std::string_view value) {
    if (key == "acpd/seq") seq = value;
    if (key == "acpd/epoch") epoch = value;
  });
  event_position at;
  if (seq.empty() || std::from_chars(seq.data(), seq.data() + seq.size(), at.seq).ec != std::errc{})
    return std::nullopt;
  at.epoch = unquote(epoch);
  return at;
}

std::size_t cursor_place(const envelope& e) {
  // In front of _meta's brace: a _meta with acpd/seq is an object with members.
  return e.params_meta.begin + e.params_meta.size - 1;
}

void append_cursor(std::string& out, const event_position& at) {
  append_quoted(out += R"(,"acp/cursor":)", at.epoch);
  out.back() = ':';
  char digits[20];
  out.append(digits, std::to_chars(digits, std::end(digits), at.seq).ptr) += '"';
}

std::string with_cursor(std::string_view line, const envelope& e, const event_position& at) {
  const std::size_t place = cursor_place(e);
  std::string out;
  append_cursor(out = line.substr(0, place), at);
  return out.append(line.substr(place));
}

} // namespace acpd::remote
