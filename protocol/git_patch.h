#pragma once

#include "protocol/failure.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::protocol {

/// One hunk of a patch: both sides as text, context included.
struct patch_hunk {
  std::size_t old_line = 0; // of its first line, from 1; 0 when the old side is empty
  std::size_t new_line = 0;
  std::string old_text;
  std::string new_text;
};

/// One `diff --git` section.
struct file_patch {
  std::string old_path; // empty: there was no file
  std::string new_path; // empty: there is none any more
  bool binary = false;
  std::vector<patch_hunk> hunks;
};

/// A `diff --git` section in ACP v2's form: absolute paths, no a/ and b/, three lines of context.
/// No old text: the file is new. Empty when both are equal. The shortest edit is looked for up to
/// 512 lines changed; beyond it what differs is one replaced block.
std::string git_patch(std::string_view path, std::optional<std::string_view> old_text,
                      std::string_view new_text);

/// The sections of a patch; quoted paths are unquoted. Fails with the line where it is no patch.
result<std::vector<file_patch>> parse_git_patch(std::string_view text);

/// The text that a section makes of `old_text`. Fails where the text is not what the hunks expect.
result<std::string> apply_patch(std::string_view old_text, const file_patch& patch);

} // namespace acpd::protocol
