#include "server/net/agent_facts.h"

#include "server/net/control.h"
#include "server/net/hub.h"
#include "server/wire/known_agents.h"

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <xxhash.h>

namespace acpd::net {

namespace json = boost::json;

namespace {

json::object& object_at(json::object& parent, std::string_view key) {
  json::value& v = parent[key];
  return v.is_object() ? v.get_object() : v.emplace_object();
}

} // namespace

std::string initialize_answer(const std::string& agents_result, bool terminal_login,
                              bool close_stops) {
  error_code bad;
  json::parse_options deep;
  deep.max_depth = 256;
  json::value parsed = json::parse(agents_result, bad, {}, deep);
  json::object result =
      !bad && parsed.is_object() ? std::move(parsed.get_object()) : json::object();
  result["protocolVersion"] = 1;
  json::object& caps = object_at(result, "agentCapabilities");
  caps["loadSession"] = true;
  json::object& session = object_at(caps, "sessionCapabilities");
  session["list"] = json::object();
  session["resume"] = json::object();
  session["delete"] = json::object();
  if (close_stops)
    session["close"] = json::object();
  else
    session.erase("close"); // some editors send it when a tab is closed
  session.erase("fork");
  object_at(caps, "_meta")["acpd"] = {{"version", 1},
                                      {"methods", json::parse(control::methods())},
                                      {"notifications",
                                       {"_acpd/watch/changed", "_acpd/state", "_acpd/heartbeat",
                                        "_acpd/stream/resumed", "_acpd/index/progress"}}};
  if (auto* methods = result.if_contains("authMethods");
      methods && methods->is_array() && !terminal_login) {
    json::array kept;
    for (json::value& m : methods->get_array()) {
      const json::value* type = m.is_object() ? m.get_object().if_contains("type") : nullptr;
      if (!type || *type != "terminal") kept.push_back(m);
    }
    *methods = std::move(kept);
  }
  return json::serialize(result);
}

std::string fingerprint(const wire::agent_config& agent) {
  std::string text = "acp 1";
  for (const std::string& word : agent.command)
    text.append("\n").append(word);
  for (const auto& [name, value] : agent.env)
    text.append("\n").append(name).append("=").append(value);
  const char* path = std::getenv("PATH");
  if (!agent.command.empty())
    if (auto program = wire::find_program(agent.command[0], path ? path : "")) {
      struct stat s{};
      if (::stat(program->c_str(), &s) == 0)
        text += "\n" + std::to_string(s.st_ino) + " " + std::to_string(s.st_size) + " " +
                std::to_string(s.st_mtim.tv_sec) + "." + std::to_string(s.st_mtim.tv_nsec);
    }
  return std::to_string(XXH3_64bits(text.data(), text.size()));
}

// What is known of agents lies in STATE/agents: one file an agent, its fingerprint and its answer.
// Looking at the program and reading the file may block: the session thread does neither.

namespace {

std::optional<agent_facts> read_facts(const std::filesystem::path& path) {
  std::ifstream file(path);
  agent_facts found;
  if (!std::getline(file, found.fingerprint) || !std::getline(file, found.initialize_result))
    return std::nullopt;
  return found;
}

std::error_code write_facts(const std::filesystem::path& dir, const std::string& name,
                            const agent_facts& facts) {
  std::error_code ec;
  std::filesystem::create_directories(dir, ec);
  std::ofstream(dir / (name + ".new")) << facts.fingerprint << "\n"
                                       << facts.initialize_result << "\n";
  std::filesystem::rename(dir / (name + ".new"), dir / name, ec);
  return ec;
}

} // namespace

void hub::facts(const wire::agent_config& agent, facts_found done) {
  struct look {
    std::string fingerprint;
    std::optional<agent_facts> kept;
  };
  pool.block([agent, path = paths.state_dir / "agents" /
                            agent.name] { return look{fingerprint(agent), read_facts(path)}; },
             [this, name = agent.name, done = std::move(done)](look found) mutable {
               // What was learnt since this daemon started may not be in the file yet.
               if (found.kept) facts_.try_emplace(name, *std::move(found.kept));
               const auto at = facts_.find(name);
               if (at == facts_.end() || at->second.fingerprint != found.fingerprint)
                 return done(std::nullopt);
               done(at->second.initialize_result);
             });
}

std::string_view hub::said(const std::string& agent) const {
  const auto at = facts_.find(agent);
  return at == facts_.end() ? std::string_view() : at->second.initialize_result;
}

void hub::learn(const wire::agent_config& agent, std::string initialize_result) {
  pool.block(
      [agent] { return fingerprint(agent); },
      [this, name = agent.name, result = std::move(initialize_result)](std::string now) mutable {
        agent_facts& known = facts_[name];
        if (known.fingerprint == now && known.initialize_result == result) return;
        known = {std::move(now), std::move(result)};
        pool.block([dir = paths.state_dir / "agents", name,
                    known] { return write_facts(dir, name, known); },
                   [](std::error_code ec) {
                     if (ec)
                       spdlog::warn("what the agent said of itself was not kept: {}", ec.message());
                   });
      });
}

} // namespace acpd::net
