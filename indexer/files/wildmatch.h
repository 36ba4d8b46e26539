#pragma once

#include <string_view>

namespace acpd::index {

struct wildmatch_flags {
  bool pathname = false;  // '*', '?' and [] stop at '/', and only ** between slashes crosses it
  bool fold_case = false; // ASCII only, as git does
};

/// Git's glob (gitignore(5), "PATTERN FORMAT"): does the whole of `text` match `pattern`?
/// Time is bounded by pattern × text for every pattern. A pattern that is not well formed (an open
/// bracket, a backslash at its end, an unknown [:class:]) matches nothing.
bool wildmatch(std::string_view pattern, std::string_view text, wildmatch_flags flags = {});

} // namespace acpd::index
