// Which agents there are, and their own earlier sessions.
#include "protocol/errors.h"
#include "server/core/lines.h"
#include "server/net/agent_link.h"
#include "server/net/control.h"
#include "server/net/hub.h"
#include "server/wire/agent_updates.h"
#include "server/wire/known_agents.h"

#include <set>

namespace acpd::net {

using namespace protocol;

namespace {

struct listed_agent {
  std::string name, title, install;
  std::vector<std::string> command;
  bool configured = false, installed = false;
};

/// Looks for the programs: may block.
std::vector<listed_agent> with_programs(std::vector<listed_agent> all) {
  const std::string path = wire::search_path();
  for (listed_agent& a : all)
    a.installed = wire::find_program(a.command.front(), path).has_value();
  return all;
}

std::string agents_json(const std::vector<listed_agent>& all, std::string_view by_default) {
  std::string out;
  for (const listed_agent& a : all) {
    out += out.empty() ? "" : ",";
    out += R"({"name":)" + protocol::quoted(a.name) + R"(,"title":)" + protocol::quoted(a.title) +
           R"(,"installed":)" + (a.installed ? "true" : "false") + R"(,"configured":)" +
           (a.configured ? "true" : "false") + R"(,"default":)" +
           (a.name == by_default ? "true" : "false");
    if (!a.installed) out += R"(,"install":)" + protocol::quoted(a.install);
    out += "}";
  }
  return R"({"agents":[)" + out + "]}";
}

/// The agent's answer without the sessions that acpd runs or has.
std::string import_list(const hub& h, std::string_view result) {
  std::set<std::string> known;
  for (const auto& [id, host] : h.sessions())
    known.insert(unquote(host->core.data().agent_sid));
  std::string out;
  for_each_element(member(result, "sessions"), [&](std::string_view item) {
    if (!known.contains(unquote(member(item, "sessionId"))))
      out.append(out.empty() ? "" : ",").append(item);
  });
  const std::string_view next = member(result, "nextCursor");
  if (!next.starts_with('"')) return R"({"sessions":[)" + out + "]}";
  return R"({"sessions":[)" + out + R"(],"nextCursor":)" + std::string(next) + "}";
}

} // namespace

void control::agents(const link::incoming& r) {
  std::vector<listed_agent> all;
  for (const auto& [name, a] : hub_.config.agents) {
    const wire::known_agent* known = wire::find_known_agent(name);
    all.push_back({name, known ? known->name : name, wire::not_installed(a), a.command, true});
  }
  for (const wire::known_agent& a : wire::known_agents())
    if (!hub_.config.agents.contains(a.id))
      all.push_back({a.id, a.name, a.install, a.command, false});
  hub_.pool.block([all = std::move(all)]() mutable { return with_programs(std::move(all)); },
                  [l = link_.shared_from_this(), k = link::kept(r),
                   name = hub_.config.default_agent](const std::vector<listed_agent>& found) {
                    l->reply_result(k, agents_json(found, name));
                  });
}

/// `acpctl agents update` has written new ones.
void control::reload_agents(const link::incoming& r) {
  hub_.pool.block([dir = hub_.paths.state_dir] { return wire::read_updates(dir); },
                  [l = link_.shared_from_this(),
                   k = link::kept(r)](protocol::result<wire::agent_updates> read) {
                    if (!read) return l->reply_error(k, internal_error, read.error().text);
                    const std::size_t count = read->agents.size();
                    wire::overlay_known_agents(std::move(read->agents));
                    l->reply_result(k, R"({"updated":)" + std::to_string(count) + "}");
                  });
}

/// What the agent itself lists, without those that acpd has.
void control::list_import(const link::incoming& r) {
  auto agent = link_.agent_for(r);
  if (!agent) return link_.reply_error(r, agent.error().code, agent.error().text);
  auto process = link_.probe(*agent);
  const auto l = link_.shared_from_this();
  process->on_failed([l, k = link::kept(r)](std::string text, std::string error) {
    l->probe_.reset();
    l->failed(k, text, error);
  });
  process->when_initialised([l, k = link::kept(r), process, &h = hub_] {
    process->on_failed(nullptr);
    const std::string_view caps =
        member(process->handshake().initialize_result(), "agentCapabilities");
    const bool lists = process->version() == acp_version::v2 || // all do
                       member(member(caps, "sessionCapabilities"), "list").starts_with('{');
    if (!lists)
      return l->reply_error(k, method_not_found,
                            "the agent \"" + process->agent_name() +
                                "\" does not list its earlier sessions");
    std::string params;
    for (const std::string_view name : {"cwd", "cursor"})
      if (const auto value = k.param(name); value.starts_with('"'))
        params.append(params.empty() ? "\"" : ",\"").append(name).append("\":").append(value);
    process->request("session/list", "{" + params + "}",
                     [l, k, &h](std::string_view result, std::string_view error) {
                       if (result.empty()) return l->failed(k, "", error);
                       l->reply_result(k, import_list(h, result));
                     });
  });
}

/// A new session that is one of the agent's own: loaded, with its replay as the log's first
/// entries. As session/new, but for that.
void control::import(const link::incoming& r) {
  if (!r.param("agentSessionId").starts_with('"'))
    return link_.reply_error(r, invalid_params,
                             "params.agentSessionId: expected a string, as _acpd/import/list has");
  for (const auto& [id, host] : hub_.sessions())
    if (unquote(host->core.data().agent_sid) == unquote(r.param("agentSessionId")))
      return link_.reply_error(r, invalid_params,
                               "this is acpd's session " + host->core.data().sid + " already",
                               R"({"sessionId":)" + std::string(host->core.quoted_sid()) + "}");
  link_.new_session(r);
}

} // namespace acpd::net
