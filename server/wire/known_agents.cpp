#include "server/wire/known_agents.h"

#include "protocol/errors.h"
#include "server/wire/nearest.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ranges>
#include <sys/stat.h>
#include <unistd.h>

namespace acpd::wire {
namespace {

constexpr std::string_view own_installer = "see the project's own installer";
constexpr std::string_view registry = "by its publisher's registry entry, not tried";

struct built_in {
  std::string_view id, name, command; // words separated by one blank
  std::string_view install, note;
};

// What was seen running has an empty note or one that a user needs.
constexpr std::array<built_in, 17> table{{
    {"codex", "Codex", "codex-acp", "npm i -g @zed-industries/codex-acp", ""},
    {"codex-2", "Codex (ACP organisation's adapter)", "codex-acp",
     "npm i -g @agentclientprotocol/codex-acp",
     "its program has the same name as codex's: whichever PATH finds first is run; not tried"},
    {"claude", "Claude Code", "claude-agent-acp", "npm i -g @agentclientprotocol/claude-agent-acp",
     ""},
    {"gemini", "Gemini CLI", "gemini --acp", "npm i -g @google/gemini-cli",
     "older builds want --experimental-acp; not tried"},
    {"qwen", "Qwen Code", "qwen --acp", "npm i -g @qwen-code/qwen-code", ""},
    {"opencode", "OpenCode", "opencode acp", "npm i -g opencode-ai", registry},
    {"copilot", "GitHub Copilot CLI", "copilot --acp", "npm i -g @github/copilot", registry},
    {"goose", "Goose", "goose acp", own_installer, registry},
    {"kimi", "Kimi CLI", "kimi acp", own_installer, registry},
    {"auggie", "Auggie CLI", "auggie --acp", "npm i -g @augmentcode/auggie", registry},
    {"cagent", "Docker cagent", "cagent acp", own_installer, registry},
    {"mistral-vibe", "Mistral Vibe", "vibe-acp", own_installer, registry},
    {"factory-droid", "Factory Droid", "droid exec --output-format acp", own_installer, registry},
    {"junie", "JetBrains Junie", "junie --acp=true", "npm i -g @jetbrains/junie-cli", registry},
    {"qoder", "Qoder CLI", "qodercli --acp", "npm i -g @qoder-ai/qodercli", registry},
    {"stakpak", "Stakpak", "stakpak acp", own_installer, registry},
    {"pi", "pi", "pi-acp", "npm i -g pi-acp", registry},
}};

bool is_executable(const std::filesystem::path& file) {
  struct stat s{};
  return ::stat(file.c_str(), &s) == 0 && S_ISREG(s.st_mode) && ::access(file.c_str(), X_OK) == 0;
}

std::vector<std::string> words_of(std::string_view command) {
  std::vector<std::string> words;
  for (const auto word : std::views::split(command, ' '))
    words.emplace_back(word.begin(), word.end());
  return words;
}

std::vector<known_agent> built_in_agents() {
  std::vector<known_agent> all;
  for (const built_in& row : table)
    all.push_back({std::string(row.id),
                   std::string(row.name),
                   words_of(row.command),
                   std::string(row.install),
                   std::string(row.note),
                   {}});
  return all;
}

std::vector<known_agent>& current() {
  static std::vector<known_agent> all = built_in_agents();
  return all;
}

} // namespace

std::span<const known_agent> known_agents() { return current(); }

const known_agent* find_known_agent(std::string_view id) {
  const auto& all = current();
  const auto at = std::ranges::find(all, id, &known_agent::id);
  return at == all.end() ? nullptr : &*at;
}

void overlay_known_agents(std::vector<known_agent> updates) {
  std::vector<known_agent> all = built_in_agents();
  for (known_agent& update : updates) {
    update.updated = true;
    const auto at = std::ranges::find(all, update.id, &known_agent::id);
    if (at == all.end())
      all.push_back(std::move(update));
    else
      *at = std::move(update);
  }
  current() = std::move(all);
}

protocol::result<agent_config> find_agent(const config& c, std::string_view name) {
  if (auto found = c.agents.find(std::string(name)); found != c.agents.end()) return found->second;
  if (const known_agent* known = find_known_agent(name)) {
    agent_config found;
    found.name = name;
    found.command = known->command;
    found.env = known->env;
    return found;
  }

  std::vector<std::string_view> names;
  for (const auto& [configured, agent] : c.agents)
    names.push_back(configured);
  for (const known_agent& agent : known_agents())
    if (!c.agents.contains(agent.id)) names.push_back(agent.id);
  std::string text = "there is no agent \"" + std::string(name) + "\"";
  if (std::string_view near = nearest(name, names); !near.empty())
    text += ": did you mean \"" + std::string(near) + "\"?";
  text += " (configured or known: ";
  for (std::size_t i = 0; i < names.size(); ++i)
    text.append(i == 0 ? "" : ", ").append(names[i]);
  text += "; others by [agents.NAME] in config.toml)";
  return std::unexpected(protocol::failure{protocol::invalid_params, std::move(text)});
}

std::optional<std::filesystem::path> find_program(std::string_view program, std::string_view path) {
  if (program.find('/') != std::string_view::npos) {
    std::filesystem::path file(program);
    return is_executable(file) ? std::optional(std::move(file)) : std::nullopt;
  }
  while (!path.empty() && !program.empty()) {
    const std::size_t colon = path.find(':');
    const std::string_view folder = path.substr(0, colon);
    // An empty part would mean the current folder: a program is never taken from there unasked.
    if (!folder.empty())
      if (auto file = std::filesystem::path(folder) / program; is_executable(file)) return file;
    path = colon == std::string_view::npos ? std::string_view() : path.substr(colon + 1);
  }
  return std::nullopt;
}

std::string search_path() {
  const char* path = std::getenv("PATH");
  return path == nullptr ? std::string(default_search_path) : path;
}

std::string not_installed(const agent_config& agent) {
  std::string text = "agent \"" + agent.name + "\" is not installed";
  const known_agent* known = find_known_agent(agent.name);
  const bool as_known = known != nullptr && known->argv() == agent.command;
  if (as_known) return text + ": " + known->install;
  return text + ": there is no program \"" + (agent.command.empty() ? "" : agent.command.front()) +
         "\": install it, or correct agents." + agent.name + ".command in config.toml";
}

std::filesystem::path beside_this_executable(std::string_view name) {
  std::error_code ec;
  std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", ec);
  // A daemon whose file was replaced by an upgrade still finds the new programs in that folder.
  return ec ? std::filesystem::path(name) : self.parent_path() / name;
}

} // namespace acpd::wire
