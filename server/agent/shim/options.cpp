#include "server/agent/shim/options.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace acpd::shim {
namespace {

/// False: not a whole decimal number.
bool number(const char* text, std::uint64_t& out) {
  if (*text < '0' || *text > '9') return false;
  char* end = nullptr;
  errno = 0;
  out = std::strtoull(text, &end, 10);
  return errno == 0 && *end == '\0';
}

/// False: `name` is unknown or its value is bad.
bool set(options& o, std::string_view name, const char* value) {
  std::uint64_t n = 0;
  if (name == "--dir") {
    o.dir = value;
  } else if (name == "--cwd") {
    o.cwd = value;
  } else if (name == "--spool-limit" && number(value, n) && n > 0) {
    o.spool_limit = n;
  } else if (name == "--linger" && number(value, n) && n <= 3'000'000'000) {
    o.linger = std::chrono::seconds(n);
  } else {
    return false;
  }
  return true;
}

} // namespace

std::expected<options, std::string> parse_options(int argc, char** argv) {
  options o;
  int at = 1;
  for (; at < argc && std::strcmp(argv[at], "--") != 0; at += 2) {
    if (at + 1 >= argc) return std::unexpected(std::string(argv[at]) + " needs a value");
    if (!set(o, argv[at], argv[at + 1]))
      return std::unexpected("unknown option or bad value: " + std::string(argv[at]) + " " +
                             argv[at + 1]);
  }
  if (o.dir.empty()) return std::unexpected("--dir is missing");
  if (o.cwd.empty()) return std::unexpected("--cwd is missing");
  if (at + 1 >= argc) return std::unexpected("the agent's command is missing: -- COMMAND ARG…");
  o.command = argv + at + 1;
  return o;
}

} // namespace acpd::shim
