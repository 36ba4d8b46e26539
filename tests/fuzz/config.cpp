// Any text is a configuration or an error that begins with file and line.
#include "server/wire/config.h"

#include "tests/fuzz/require.h"

#include <cctype>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto c = acpd::wire::parse_config(text, "f");
  if (!c) {
    const std::string& error = c.error().text;
    ACPD_REQUIRE(error.starts_with("f:") && std::isdigit(static_cast<unsigned char>(error[2])));
    return 0;
  }
  ACPD_REQUIRE(c->agents.contains("runner"));
  ACPD_REQUIRE(!c->default_agent.empty());
  ACPD_REQUIRE(c->max_depth >= 8 && c->max_line_bytes >= 1024 && c->page_size >= 1);
  for (const auto& [name, agent] : c->agents)
    ACPD_REQUIRE(name == agent.name && !agent.command.empty() && !agent.command[0].empty());
  return 0;
}
