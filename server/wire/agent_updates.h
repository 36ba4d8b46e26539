#pragma once

#include "protocol/failure.h"
#include "server/wire/known_agents.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::wire {

// $XDG_STATE_HOME/acpd/agents.json: what `acpctl agents update` wrote, and a person agreed to.
// {"version":1,"source":"…","agents":[{"id","name","command":[…],"install","note"?,"env"?}]}

struct agent_updates {
  std::string source; // file or address that they were read from
  std::vector<known_agent> agents;
};

std::filesystem::path updates_file(const std::filesystem::path& state_dir);

/// What is written there; nothing where there is no file. Errors name file and member.
protocol::result<agent_updates> read_updates(const std::filesystem::path& state_dir);
/// The same for a text; `file` is what errors call it.
protocol::result<agent_updates> parse_updates(std::string_view text, const std::string& file);

/// Replaces the file as one: a reader finds the old one or the new one.
protocol::result<void> write_updates(const std::filesystem::path& state_dir,
                                     const agent_updates& updates);
std::string to_json(const known_agent& agent);

/// Reads the file and puts it over the table of known agents. Where it cannot be read, the table
/// is the built-in one, and the failure says why.
protocol::result<void> load_updates(const std::filesystem::path& state_dir);

/// What an agent may be called: `[a-z][a-z0-9-]*`, as in the ACP registry; at most 64 bytes.
bool is_registry_id(std::string_view id);

/// A JSON document (newlines allowed) as one line that protocol's readers take; the failure says
/// what is wrong with it.
protocol::result<std::string> one_line(std::string_view document, const std::string& file);

} // namespace acpd::wire
