#include "clients/cli/connect.h"

#include "clients/cli/bridge/bridge.h"
#include "clients/cli/exit_codes.h"
#include "server/wire/agent_updates.h"
#include "server/wire/config.h"
#include "server/wire/known_agents.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace acpd::cli {
namespace {

int complain(int code, const std::string& text) {
  std::fprintf(stderr, "acpctl connect: %s\n", text.c_str());
  return code;
}

/// Where the option's value goes; nullptr: not one of ours.
std::string* value_of(connect_arguments& out, std::string_view option) {
  if (option == "--agent") return &out.agent;
  if (option == "--socket") return &out.flags.socket;
  if (option == "--state-dir") return &out.flags.state_dir;
  if (option == "--config") return &out.flags.config;
  if (option == "--remote") return &out.remote.url;
  if (option == "--token-file") return &out.remote.token_file;
  if (option == "--ca") return &out.remote.ca_file;
  return nullptr;
}

/// ACP's terminal login: the agent's own program, in the user's terminal, in our place.
int run_agents_program(const connect_arguments& arguments, const wire::paths& where) {
  if (arguments.agent.empty())
    return complain(usage, "whose program? Further arguments need --agent NAME before them");
  if (::isatty(STDIN_FILENO) == 0)
    return complain(usage, "further arguments run the agent's own program, which needs a terminal; "
                           "an editor's settings name `acpctl connect --agent " +
                               arguments.agent + "` without them");
  if (const auto loaded = wire::load_updates(where.state_dir); !loaded)
    complain(ok, loaded.error().text);
  const auto config = wire::read_config(where.config, !arguments.flags.config.empty());
  if (!config) return complain(failed, config.error().text);
  const auto agent = wire::find_agent(*config, arguments.agent);
  if (!agent) return complain(failed, agent.error().text);

  std::vector<std::string> words = agent->command;
  words.insert(words.end(), arguments.program_arguments.begin(), arguments.program_arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  for (const auto& [name, value] : agent->env)
    ::setenv(name.c_str(), value.c_str(), 1);
  const auto program = wire::find_program(words[0], wire::search_path());
  if (!program) return complain(failed, wire::not_installed(*agent));
  ::execv(program->c_str(), argv.data());
  return complain(failed, "cannot run " + program->string() + ": " + std::strerror(errno));
}

} // namespace

std::optional<connect_arguments> read_connect(std::span<char* const> words) {
  connect_arguments out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const std::size_t equals = word.find('=');
    std::string* value = value_of(out, word.substr(0, equals));
    if (word == "--help" || word == "-h") return std::nullopt;
    if (value == nullptr) {
      out.program_arguments.assign(words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
      return out;
    }
    if (equals == std::string_view::npos && i + 1 == words.size()) return std::nullopt;
    *value = equals == std::string_view::npos ? words[++i] : word.substr(equals + 1);
  }
  return out;
}

int connect(connect_arguments arguments) {
  auto where = wire::find_paths(arguments.flags);
  if (!where) return complain(failed, where.error().text);
  if (!arguments.program_arguments.empty()) return run_agents_program(arguments, *where);
  if (::isatty(STDIN_FILENO) != 0)
    complain(ok, "this speaks ACP on stdin and stdout, for an editor; for people there are "
                 "`acpctl run` and `acpctl attach`. Ctrl-D ends it");
  std::optional<bridge::remote_target> remote;
  if (!arguments.remote.url.empty()) {
    auto found = bridge::find_remote(arguments.remote);
    if (!found) return complain(usage, found.error().text);
    remote = *std::move(found);
  }
  return bridge::run_bridge({*std::move(where), std::move(arguments.flags.config),
                             std::move(arguments.agent), std::move(remote)});
}

} // namespace acpd::cli
