#include "indexer/parse/names.h"

#include "indexer/parse/utf8.h"

#include <algorithm>

namespace acpd::index {
namespace {

constexpr std::size_t longest_name = 200;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_plain(std::string_view text) {
  return text.size() <= longest_name && std::ranges::none_of(text, [](char c) {
           return static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7f ||
                  c == '<';
         });
}

/// Collapses space; leaves out <…> unless it belongs to an operator's name.
std::string tidy(std::string_view text) {
  std::string out;
  int angles = 0;
  const bool is_operator = text.contains("operator");
  for (const char c : text) {
    if (!is_operator && c == '<') ++angles;
    if (angles == 0 && is_space(c) && !out.empty() && out.back() != ' ') out += ' ';
    if (angles == 0 && !is_space(c)) out += c;
    if (!is_operator && c == '>' && angles > 0) --angles;
  }
  while (out.ends_with(' '))
    out.pop_back();
  return out.empty() ? std::string(text) : out;
}

} // namespace

std::string clean_name(std::string_view text) {
  if (text.size() > 2 && (text[0] == '"' || text[0] == '\'') && text.back() == text[0])
    text = text.substr(1, text.size() - 2);
  if (is_plain(text)) return std::string(text);
  auto out = tidy(text.substr(0, 4 * longest_name));
  out.resize(utf8_prefix(out, longest_name));
  return valid_utf8(std::move(out));
}

std::string_view last_part(std::string_view name, std::string_view separator) {
  const auto at = name.rfind(separator);
  if (at == name.npos || at + separator.size() == name.size()) return name;
  return name.substr(at + separator.size());
}

std::string_view module_name(std::string_view text) {
  constexpr std::string_view keyword = "import ";
  constexpr std::string_view around = "\"'`<> \t\r\n;";
  if (text.starts_with(keyword)) text.remove_prefix(keyword.size());
  const auto first = text.find_first_not_of(around);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(around) - first + 1);
}

} // namespace acpd::index
