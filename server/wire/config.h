#pragma once

#include "protocol/failure.h"
#include "protocol/version.h"
#include "server/wire/index_config.h"
#include "server/wire/listen_config.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::wire {

/// [agents.NAME]
struct agent_config {
  std::string name;
  std::vector<std::string> command; // argv; command[0] looked up on PATH
  std::map<std::string, std::string> env;
  /// That it is asked for; one that cannot speak 2 is asked again, for 1.
  protocol::acp_version acp_version = protocol::acp_version::v1;
};

/// config.toml. Every key has a default: an empty or missing file is a working configuration.
struct config {
  std::string default_agent;                  // [defaults] agent; else "runner", the built-in one
  bool close_stops = false;                   // [defaults] close = "detach" | "stop"
  bool acp_v2 = true;                         // [defaults] acp_v2: to editors that ask for it
  std::map<std::string, agent_config> agents; // "runner" is always there
  std::size_t max_line_bytes = std::size_t{32} << 20; // [limits] line_bytes
  std::uint32_t max_depth = 256;                      // [limits] depth
  std::size_t spool_bytes = std::size_t{256} << 20;   // [limits] spool_bytes
  std::chrono::seconds linger{86'400};                // [shim] linger_seconds
  std::chrono::seconds idle_exit{0}; // [daemon] idle_exit_seconds: 0: an auto-started daemon stays
  std::string log_level = "info";    // [log] level
  std::size_t page_size = 50;        // [limits] page_size, of session/list
  listen_config listen;              // [listen]
  index_config index;                // [index]
};

/// Reads a configuration. A file that is not there gives the defaults, unless it was asked for by
/// name (`required`). Errors name file, line and key: `config.toml:12: agents.codex.command: …`;
/// unknown keys are errors, too, with the nearest known key.
protocol::result<config> read_config(const std::filesystem::path& file, bool required);

/// The same for a text; `file` is what errors call it.
protocol::result<config> parse_config(std::string_view text, const std::string& file);

} // namespace acpd::wire
