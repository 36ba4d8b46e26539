#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace acpd::index {

/// A word, or one character of anything else, of C or C++.
struct c_token {
  std::uint32_t begin = 0, end = 0;
  std::uint32_t line = 0;
  bool word = false;  // an identifier or a keyword
  bool shout = false; // a word in capitals, with an underscore
};

/// All of a text but comments, literals and preprocessor lines; literals count as one '"' each.
void read_c_tokens(std::string_view text, std::vector<c_token>& out);

} // namespace acpd::index
