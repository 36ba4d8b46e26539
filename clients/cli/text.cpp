#include "clients/cli/text.h"

#include <algorithm>
#include <array>
#include <ctime>

namespace acpd::cli {
namespace {

bool continues_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !continues_code_point(c); }));
}

} // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    // U+0080 … U+009F are control characters, too: C2 80 … C2 9F.
    if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0)
      ++i;
    else if ((c >= 0x20 && c != 0x7F) || c == '\n' || c == '\t')
      out += text[i];
  }
  return out;
}

std::string shortened(std::string_view text, std::size_t columns) {
  const std::size_t newline = text.find('\n');
  const bool more = newline != std::string_view::npos && newline + 1 < text.size();
  std::string line = printable(text.substr(0, newline));
  std::ranges::replace(line, '\t', ' ');
  if (code_points(line) + (more ? 1 : 0) <= columns) return more ? line + "…" : line;
  std::size_t end = 0;
  for (std::size_t points = 0; end < line.size(); ++end)
    if (!continues_code_point(line[end]) && ++points == std::max<std::size_t>(columns, 1)) break;
  return line.substr(0, end) + "…";
}

std::string local_time(std::string_view utc) {
  std::tm parts{};
  const std::string text(utc);
  if (::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return printable(utc);
  const std::time_t at = ::timegm(&parts);
  const std::time_t now = std::time(nullptr);
  std::tm then{}, today{};
  ::localtime_r(&at, &then);
  ::localtime_r(&now, &today);
  const bool is_today = then.tm_year == today.tm_year && then.tm_yday == today.tm_yday;
  std::array<char, 64> out{};
  std::strftime(out.data(), out.size(), is_today ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &then);
  return out.data();
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], code_points(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += row[i];
      if (i + 1 < row.size()) out.append(widths[i] - code_points(row[i]) + 2, ' ');
    }
    out += '\n';
  }
  return out;
}

} // namespace acpd::cli
