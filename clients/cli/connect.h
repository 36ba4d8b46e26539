#pragma once

#include "clients/cli/bridge/remote_target.h"
#include "server/wire/paths.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace acpd::cli {

struct connect_arguments {
  wire::path_flags flags;
  std::string agent;
  bridge::remote_options remote;
  std::vector<std::string> program_arguments; // not empty: run the agent's own program with them
};

/// Reads `acpctl connect …` without CLI11, which would cost each editor's bridge memory. The first
/// word that is none of its options begins the agent's own arguments. Nothing when help is asked
/// for, an option lacks its value, or the words are not connect's: CLI11 says what is wrong.
std::optional<connect_arguments> read_connect(std::span<char* const> words);

/// The bridge; or, with further arguments on a terminal, the agent's own program in our place.
int connect(connect_arguments arguments);

} // namespace acpd::cli
