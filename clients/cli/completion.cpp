#include "clients/cli/completion.h"

#include "clients/cli/commands.h"
#include "clients/cli/completion_scripts.h"
#include "clients/cli/exit_codes.h"
#include "clients/cli/output.h"
#include "server/wire/agent_updates.h"
#include "server/wire/config.h"

#include <tuple>

namespace acpd::cli {

std::string_view bash_completion() { return bash_script; }

std::string_view zsh_completion() { return zsh_script; }

int completion(const std::string& shell) {
  write_out(shell == "zsh" ? zsh_completion() : bash_completion());
  return ok;
}

int agent_names(const common_options& common) {
  const auto where = wire::find_paths(common.flags);
  if (!where) return report(where.error());
  std::string out;
  // A file with an error in it must not take the known names away from a completion.
  std::ignore = wire::load_updates(where->state_dir);
  if (const auto config = wire::read_config(where->config, false))
    for (const auto& [name, agent] : config->agents)
      out += name + "\n";
  for (const wire::known_agent& agent : wire::known_agents())
    if (("\n" + out).find("\n" + agent.id + "\n") == std::string::npos) out += agent.id + "\n";
  write_out(out);
  return ok;
}

} // namespace acpd::cli
