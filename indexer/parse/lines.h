#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace acpd::index {

/// Where the lines of a text begin. The text must outlive it.
class line_index {
public:
  explicit line_index(std::string_view text);

  /// How many there are; a last one without a newline counts, an empty one does not.
  std::uint32_t count() const { return static_cast<std::uint32_t>(starts_.size() - 1); }
  /// Of a byte, from 0.
  std::uint32_t line_of(std::uint32_t at) const;
  std::uint32_t begin(std::uint32_t line) const { return starts_[line]; }
  /// Behind its newline.
  std::uint32_t end(std::uint32_t line) const { return starts_[line + 1]; }
  std::string_view text(std::uint32_t line) const {
    return text_.substr(begin(line), end(line) - begin(line));
  }

private:
  std::string_view text_;
  std::vector<std::uint32_t> starts_; // and the end of the text
};

} // namespace acpd::index
