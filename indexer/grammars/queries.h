#pragma once

#include <span>
#include <string_view>

namespace acpd::index {

/// A file of queries/, embedded by the build.
struct query_file {
  std::string_view name; // "python"
  std::string_view text;
};

std::span<const query_file> query_files();

} // namespace acpd::index
