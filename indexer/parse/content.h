#pragma once

#include <cstddef>
#include <string_view>

namespace acpd::index {

constexpr std::size_t largest_parsed = 1'500'000; // bytes; larger files are data, or generated
constexpr std::size_t head_of_large = 64 * 1024;  // what is indexed of those

enum class content {
  source,    // worth its parse
  generated, // by its name, its first lines or its shape: minified, a lock file, too large
  binary,    // a NUL in the first 8,000 bytes, as git judges
};

content content_of(std::string_view path, std::string_view bytes);

} // namespace acpd::index
