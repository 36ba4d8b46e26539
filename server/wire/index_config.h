#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace acpd::wire {

class config_reader;

/// [index]: the code index that the daemon keeps of the folders that sessions work in.
struct index_config {
  bool enabled = true;              // enabled
  bool mcp = true;                  // mcp: offered to every agent as an MCP server
  std::vector<std::string> deny;    // deny: globs of files that are never indexed
  std::vector<std::string> include; // include: globs of files that are, ignored or not
  std::chrono::seconds idle{1'800}; // idle_seconds: after that a folder is no longer watched
};

void read_index(config_reader& top, index_config& out);

} // namespace acpd::wire
