#include "server/wire/config.h"

#include "protocol/envelope.h"
#include "protocol/errors.h"
#include "server/wire/config_reader.h"
#include "server/wire/known_agents.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace acpd::wire {
namespace {

constexpr std::string_view builtin_agent = "runner";
constexpr std::int64_t year_in_seconds = 366LL * 24 * 3600;
constexpr std::array<std::string_view, 8> log_levels{"trace",   "debug", "info",     "warn",
                                                     "warning", "error", "critical", "off"};

/// A name is shown in lists and typed in shells: nothing in it needs quoting.
bool is_agent_name(std::string_view name) {
  auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, allowed);
}

void read_command(config_reader& in, agent_config& agent) {
  if (const toml::node* command = in.find("command"))
    agent.command = in.strings(*command, "command");
  else if (const known_agent* known = find_known_agent(agent.name))
    agent.command = known->argv();
  else if (agent.name == builtin_agent)
    agent.command = {beside_this_executable("acpd").string(), "runner"};
  else
    in.fail_here("command", "is missing: say how the agent is started, as in "
                            "command = [\"my-agent\", \"--acp\"]");
}

void read_agents(config_reader& top, config& c) {
  config_reader agents = top.table("agents", {});
  agents.for_each([&](const toml::key& key, const toml::node& node) {
    agent_config agent;
    agent.name = key.str();
    if (!is_agent_name(agent.name))
      return agents.fail_at(key.source(), agent.name,
                            "is no name for an agent: letters, digits, '-', '_' and '.' only");
    config_reader in = agents.table(agent.name, node, {"command", "env", "acp_version"});
    read_command(in, agent);
    in.number("acp_version", agent.acp_version, 1, 2);
    in.table("env", {}).for_each([&](const toml::key& name, const toml::node& value) {
      if (auto text = value.value_exact<std::string>(); text && !name.str().empty())
        agent.env.emplace(name.str(), *text);
      else
        in.fail_at(value.source(), "env." + std::string(name.str()), "must be a string");
    });
    c.agents.emplace(agent.name, std::move(agent));
  });
}

void read_defaults(config_reader& top, config& c) {
  config_reader in = top.table("defaults", {"agent", "close", "acp_v2"});
  in.text("agent", c.default_agent);
  if (!c.default_agent.empty() && in.fine())
    if (auto agent = find_agent(c, c.default_agent); !agent)
      in.fail_here("agent", agent.error().text);
  std::string close = "detach";
  in.one_of("close", close, std::array<std::string_view, 2>{"detach", "stop"});
  c.close_stops = close == "stop";
  in.flag("acp_v2", c.acp_v2);
}

void read_numbers(config_reader& top, config& c) {
  config_reader limits = top.table("limits", {"line_bytes", "depth", "spool_bytes", "page_size"});
  limits.number("line_bytes", c.max_line_bytes, 1024, protocol::max_line_bytes);
  limits.number("depth", c.max_depth, 8, 10'000);
  limits.number("spool_bytes", c.spool_bytes, 1 << 20, std::int64_t{1} << 40);
  limits.number("page_size", c.page_size, 1, 10'000);

  std::int64_t linger = c.linger.count();
  top.table("shim", {"linger_seconds"}).number("linger_seconds", linger, 1, year_in_seconds);
  c.linger = std::chrono::seconds(linger);
  std::int64_t idle_exit = c.idle_exit.count();
  top.table("daemon", {"idle_exit_seconds"})
      .number("idle_exit_seconds", idle_exit, 0, year_in_seconds);
  c.idle_exit = std::chrono::seconds(idle_exit);
}

protocol::failure failed(std::string text) { return {protocol::invalid_params, std::move(text)}; }

protocol::result<config> interpret(const toml::table& document, const std::string& file) {
  config c;
  config_diagnosis diagnosis{file, {}};
  config_reader top(diagnosis, document, "",
                    {"agents", "defaults", "limits", "shim", "daemon", "log", "listen", "index"});
  read_agents(top, c);
  c.agents.try_emplace(
      std::string(builtin_agent),
      agent_config{std::string(builtin_agent),
                   {beside_this_executable("acpd").string(), std::string(builtin_agent)},
                   {}});
  read_defaults(top, c);
  if (c.default_agent.empty()) c.default_agent = builtin_agent;
  read_numbers(top, c);
  read_listen(top, c.listen);
  read_index(top, c.index);
  top.table("log", {"level"}).one_of("level", c.log_level, log_levels);
  if (!diagnosis.text.empty()) return std::unexpected(failed(diagnosis.text));
  return c;
}

} // namespace

protocol::result<config> parse_config(std::string_view text, const std::string& file) {
  try {
    return interpret(toml::parse(text, file), file);
  } catch (const toml::parse_error& e) {
    return std::unexpected(failed(file + ":" + std::to_string(e.source().begin.line) +
                                  ": this is no TOML: " + std::string(e.description())));
  }
}

protocol::result<config> read_config(const std::filesystem::path& file, bool required) {
  auto cannot = [&](int error) {
    return std::unexpected(
        failed("cannot read the configuration " + file.string() + ": " + std::strerror(error)));
  };
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const bool absent = errno == ENOENT || errno == ENOTDIR;
    if (absent && !required) return parse_config("", file.string());
    return cannot(errno);
  }
  std::string text;
  std::array<char, 4096> bytes;
  ssize_t n = 0;
  while ((n = ::read(fd, bytes.data(), bytes.size())) > 0)
    text.append(bytes.data(), static_cast<std::size_t>(n));
  const int error = n < 0 ? errno : 0;
  ::close(fd);
  if (error != 0) return cannot(error);
  return parse_config(text, file.string());
}

} // namespace acpd::wire
