#pragma once

#include "server/wire/config.h"

#include <string>
#include <string_view>

namespace acpd::wire::test {

/// What is wrong with a configuration of that text; empty: nothing.
inline std::string error_of(std::string_view text) {
  const auto c = parse_config(text, "config.toml");
  return c ? "" : c.error().text;
}

} // namespace acpd::wire::test
