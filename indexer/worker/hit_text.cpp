#include "indexer/worker/hit_text.h"

#include "indexer/store/source.h"

#include <algorithm>

namespace acpd::index {
namespace {

/// JSON is UTF-8, source may be anything: other bytes become U+FFFD.
std::string to_utf8(std::string_view bytes) {
  std::string made;
  made.reserve(bytes.size());
  const auto is_tail = [&](std::size_t at) {
    return at < bytes.size() && (static_cast<unsigned char>(bytes[at]) & 0xC0) == 0x80;
  };
  for (std::size_t at = 0; at < bytes.size();) {
    const auto first = static_cast<unsigned char>(bytes[at]);
    std::size_t size = first < 0x80                    ? 1
                       : first >= 0xC2 && first < 0xE0 ? 2
                       : first >= 0xE0 && first < 0xF0 ? 3
                       : first >= 0xF0 && first < 0xF5 ? 4
                                                       : 0;
    for (std::size_t i = 1; i < size; ++i)
      if (!is_tail(at + i)) size = 0;
    const auto second = size > 2 ? static_cast<unsigned char>(bytes[at + 1]) : 0;
    const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    const bool beyond = (first == 0xED && second >= 0xA0) || (first == 0xF4 && second >= 0x90);
    if (size == 0 || (size > 2 && (overlong || beyond))) {
      made += "\xEF\xBF\xBD";
      ++at;
    } else {
      made += bytes.substr(at, size);
      at += size;
    }
  }
  return made;
}

} // namespace

void hit_text::add(boost::json::object& to, const reader::view& view, const std::string& path,
                   std::uint32_t begin, std::uint32_t end) {
  const auto row = find_file(view.db(), path);
  const auto content = read_source(root_, path);
  if (!row || !content || content->stamp != row->stamp || end > content->bytes.size()) return;
  auto text = std::string_view(content->bytes).substr(begin, end - begin);
  if (text.size() > bytes_left_) {
    const auto line_end = text.rfind('\n', bytes_left_);
    text = text.substr(0, line_end == text.npos ? 0 : line_end + 1);
    to["truncated"] = true;
  }
  bytes_left_ -= text.size();
  to["text"] = to_utf8(text);
}

} // namespace acpd::index
