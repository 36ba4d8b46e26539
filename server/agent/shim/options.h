#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>

namespace acpd::shim {

/// The command line (SHIM.md). `command` points into main's argv and ends with a null pointer.
struct options {
  std::string dir;
  std::string cwd;
  std::uint64_t spool_limit = std::uint64_t{256} << 20;
  std::chrono::seconds linger{86400};
  char** command = nullptr;
};

/// The error is a sentence for stderr.
std::expected<options, std::string> parse_options(int argc, char** argv);

} // namespace acpd::shim
