#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace acpd::protocol {

/// A run of lines that differs: [old_begin, old_end) becomes [new_begin, new_end).
struct changed_lines {
  std::size_t old_begin = 0, old_end = 0;
  std::size_t new_begin = 0, new_end = 0;
};

/// Cuts a text behind each newline; the last line may have none.
std::vector<std::string_view> lines_of(std::string_view text);

/// The runs that differ, in order, never touching each other. The shortest edit (E. Myers, "An
/// O(ND) difference algorithm and its variations", 1986) while at most max_edits lines are removed
/// or added; else all between the common head and tail is one run. Time O((N+M)·max_edits), memory
/// O(max_edits²).
std::vector<changed_lines> diff_lines(const std::vector<std::string_view>& before,
                                      const std::vector<std::string_view>& after,
                                      std::size_t max_edits);

} // namespace acpd::protocol
