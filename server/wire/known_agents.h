#pragma once

#include "protocol/failure.h"
#include "server/wire/config.h"

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::wire {

/// An ACP agent that works by its name alone, without a line of configuration.
struct known_agent {
  std::string id;                   // what --agent takes
  std::string name;                 // for people
  std::vector<std::string> command; // argv
  std::string install;              // a command line, or where to look
  std::string note;                 // empty: nothing to say
  std::map<std::string, std::string> env;
  bool updated = false; // from agent_updates.h, not built in

  const std::vector<std::string>& argv() const { return command; }
};

/// All of them, in the order in which they are listed to people: the built-in ones, those that
/// updates replace in their place, then new ones. Read and replaced on one thread: main()'s, or the
/// daemon's session thread.
std::span<const known_agent> known_agents();
const known_agent* find_known_agent(std::string_view id);
/// The table becomes the built-in one with these on top. Spans and pointers from before end.
void overlay_known_agents(std::vector<known_agent> updates);

/// The agent of that name: from the configuration, else from the table. The error lists the names
/// that exist.
protocol::result<agent_config> find_agent(const config& c, std::string_view name);

/// Where `program` is: itself when it has a slash, else in the folders of `path` (a PATH value).
std::optional<std::filesystem::path> find_program(std::string_view program, std::string_view path);

/// Where a program is looked for when there is no PATH.
inline constexpr std::string_view default_search_path = "/usr/local/bin:/usr/bin:/bin";
/// PATH, or that.
std::string search_path();

/// Says that an agent's program is missing and how to get it; for failures' texts.
std::string not_installed(const agent_config& agent);

/// The program `name` in the folder of the running executable, whether it exists or not.
std::filesystem::path beside_this_executable(std::string_view name);

} // namespace acpd::wire
