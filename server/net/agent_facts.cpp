#include "server/net/agent_facts.h"

#include "protocol/convert.h"
#include "server/net/control.h"
#include "server/net/hub.h"
#include "server/wire/known_agents.h"

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <xxhash.h>

namespace acpd::net {

namespace json = boost::json;
using protocol::acp_version;

namespace {

json::object& object_at(json::object& parent, std::string_view key) {
  json::value& v = parent[key];
  return v.is_object() ? v.get_object() : v.emplace_object();
}

json::object parsed_object(const std::string& text) {
  error_code bad;
  json::parse_options deep;
  deep.max_depth = 256;
  json::value parsed = json::parse(text, bad, {}, deep);
  return !bad && parsed.is_object() ? std::move(parsed.get_object()) : json::object();
}

std::string in_words_of(acp_version editor, const std::string& agents_result) {
  const acp_version agent =
      protocol::member(agents_result, "protocolVersion") == "2" ? acp_version::v2 : acp_version::v1;
  return agent == editor ? agents_result : protocol::initialize_result_for(editor, agents_result);
}

void overlay_v1(json::object& caps, bool close_stops) {
  caps["loadSession"] = true;
  json::object& session = object_at(caps, "sessionCapabilities");
  for (const std::string_view own : {"list", "resume", "delete", "status", "title", "archive"})
    session[own] = json::object();
  if (close_stops)
    session["close"] = json::object();
  else
    session.erase("close"); // some editors send it when a tab is closed
}

/// v2's baseline needs no saying; of the unstable ones what acpd does by itself.
void overlay_v2(json::object& caps) {
  json::object& session = object_at(caps, "session");
  for (const std::string_view own : {"delete", "status", "title", "archive"})
    session[own] = json::object();
}

} // namespace

std::string initialize_answer(const std::string& agents_result, const editor_terms& editor) {
  const bool v2 = editor.version == acp_version::v2;
  json::object result = parsed_object(in_words_of(editor.version, agents_result));
  result["protocolVersion"] = static_cast<int>(editor.version);
  json::object& caps = object_at(result, v2 ? "capabilities" : "agentCapabilities");
  if (v2)
    overlay_v2(caps);
  else
    overlay_v1(caps, editor.close_stops);
  // What acpd does not pass on.
  caps.erase("providers");
  if (auto* auth = caps.if_contains("auth"); auth && auth->is_object())
    auth->get_object().erase("status");
  object_at(caps, "_meta")["acpd"] = {{"version", 1},
                                      {"methods", json::parse(control::methods())},
                                      {"notifications",
                                       {"_acpd/watch/changed", "_acpd/state", "_acpd/heartbeat",
                                        "_acpd/stream/resumed", "_acpd/index/progress"}}};
  if (auto* methods = result.if_contains("authMethods");
      methods && methods->is_array() && !editor.terminal_login) {
    json::array kept;
    for (json::value& m : methods->get_array()) {
      const json::value* type = m.is_object() ? m.get_object().if_contains("type") : nullptr;
      if (!type || *type != "terminal") kept.push_back(m);
    }
    *methods = std::move(kept);
  }
  return json::serialize(result);
}

std::string_view capabilities_of(std::string_view agents_result, std::string_view what) {
  const std::string_view v1 = protocol::member(agents_result, "agentCapabilities");
  if (!v1.empty()) return protocol::member(v1, std::string(what) + "Capabilities");
  const std::string_view v2 = protocol::member(agents_result, "capabilities");
  return protocol::member(protocol::member(v2, "session"), what);
}

bool says_yes(std::string_view capability) {
  return capability == "true" || capability.starts_with('{');
}

std::string prompt_kinds(std::string_view agents_result) {
  if (agents_result.empty()) return {};
  const std::string_view can = capabilities_of(agents_result, "prompt");
  std::string out, separator;
  for (const std::string_view kind : {"image", "audio", "embeddedContext"})
    if (says_yes(protocol::member(can, kind))) {
      ((out += separator) += protocol::quoted(kind));
      separator = ",";
    }
  return "[" + out + "]";
}

std::string fingerprint(const wire::agent_config& agent) {
  std::string text = "acp " + std::to_string(static_cast<int>(agent.acp_version));
  for (const std::string& word : agent.command)
    text.append("\n").append(word);
  for (const auto& [name, value] : agent.env)
    text.append("\n").append(name).append("=").append(value);
  if (!agent.command.empty())
    if (auto program = wire::find_program(agent.command[0], wire::search_path())) {
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

/// What an agent takes is said of each of its sessions.
void tell_watchers(hub& h, const std::string& agent) {
  for (const auto& [row, host] : h.sessions())
    if (host->core.data().agent == agent) h.watching.changed(*host);
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
               if (found.kept && facts_.try_emplace(name, *std::move(found.kept)).second)
                 tell_watchers(*this, name);
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
        tell_watchers(*this, name);
        pool.block([dir = paths.state_dir / "agents", name,
                    known] { return write_facts(dir, name, known); },
                   [](std::error_code ec) {
                     if (ec)
                       spdlog::warn("what the agent said of itself was not kept: {}", ec.message());
                   });
      });
}

} // namespace acpd::net
