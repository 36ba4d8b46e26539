#pragma once

#include "protocol/failure.h"
#include "server/wire/known_agents.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::cli {

/// What the ACP registry's own JSON would change in the table of known agents. Its format:
/// github.com/agentclientprotocol/registry, FORMAT.md.
struct registry_changes {
  struct change {
    const wire::known_agent* from = nullptr; // null: a new agent
    wire::known_agent to;
  };
  struct skipped {
    std::string id, why;
  };
  std::vector<change> changes;
  std::vector<skipped> left_out; // entries that acpd cannot start, or does not trust
  std::size_t unchanged = 0;
};

/// Compares a registry document with `table`, which outlives the result. `platform` is the
/// registry's word: "linux-x86_64". An entry is the known agent of its id, npm package or program;
/// a program that people have installed keeps its name, and only other arguments are a change.
/// Errors: no JSON, no agents in it; `source` is what they call it.
protocol::result<registry_changes> compare_registry(std::string_view document,
                                                    const std::string& source,
                                                    std::span<const wire::known_agent> table,
                                                    std::string_view platform);

/// This machine's platform, as the registry calls it.
std::string this_platform();

} // namespace acpd::cli
