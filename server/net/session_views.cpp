#include "server/net/session_views.h"

#include "protocol/convert.h"
#include "protocol/splice.h"
#include "server/net/agent_facts.h"
#include "server/net/edge.h"
#include "server/net/hub.h"
#include "server/net/index_service.h"

#include <charconv>

namespace acpd::net {

using namespace protocol;

std::string_view state_of(const session_host& host) { return host.core.state(); }

std::string list_item(const hub& h, const session_host& host) {
  const core::session_seed& s = host.core.data();
  std::string out = R"({"sessionId":)" + std::string(host.core.quoted_sid()) + R"(,"cwd":)" +
                    protocol::quoted(s.cwd);
  if (!s.additional_dirs.empty()) out += R"(,"additionalDirectories":)" + s.additional_dirs;
  if (!s.title.empty()) out += R"(,"title":)" + protocol::quoted(s.title);
  out += R"(,"updatedAt":")" + iso_time(host.updated_ms) + R"(","archived":)" +
         (host.archived ? "true" : "false");
  return out + R"(,"_meta":{"acpd":)" + session_facts(h, host) + "}}";
}

std::string session_facts_for(const session_host& host, acp_version version, bool booleans) {
  const core::session_seed& s = host.core.data();
  std::string commands(host.core.commands());
  if (version == acp_version::v2 && s.version == acp_version::v1 && !commands.empty())
    commands = commands_for_v2(commands);
  std::string out = "{", separator;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    ((((out += separator) += '"') += name) += "\":") += value;
    separator = ",";
  };
  add("modes", s.modes);
  const bool all = booleans || s.config_options.empty() || s.version != version;
  add("configOptions", all ? s.config_options : select_options(s.config_options));
  if (version == acp_version::v2) add("availableCommands", commands);
  out += '}';
  if (s.version == version) return out;
  return result_for(version, "session/resume", out,
                    {.version = version, .boolean_options = booleans});
}

std::string session_facts(const hub& h, const session_host& host) {
  const core::session& c = host.core;
  std::size_t pending = 0;
  for (const auto& [id, q] : c.questions())
    pending += core::asks_person(q.kind);
  std::string out = R"({"agent":)" + protocol::quoted(c.data().agent) + R"(,"state":")" +
                    std::string(state_of(host)) + R"(","turn":)" + std::to_string(c.data().turns) +
                    R"(,"queued":)" + std::to_string(c.queue().size()) + R"(,"pending":)" +
                    std::to_string(pending) + R"(,"head":)" + std::to_string(host.log.committed) +
                    R"(,"epoch":")" + h.log.epoch() + "\"";
  if (const auto covered = h.index->coverage(folder_name(c.data().cwd)); !covered.empty())
    out.append(R"(,"index":)").append(covered);
  if (const auto kinds = prompt_kinds(h.said(c.data().agent)); !kinds.empty())
    out.append(R"(,"prompt":)").append(kinds);
  if (!c.progress().empty()) out.append(R"(,"progress":)").append(c.progress());
  if (!c.last_outcome().empty()) out += R"(,"outcome":)" + protocol::quoted(c.last_outcome());
  return out + "}";
}

namespace {

constexpr std::string_view id_prefix = "acpd-";

} // namespace

std::string question_id(const core::question& q) {
  return std::string(id_prefix) + std::to_string(q.id) + "-" + q.nonce;
}

std::int64_t row_of_question(std::string_view id) {
  std::int64_t row = 0;
  if (id.starts_with(id_prefix))
    std::from_chars(id.data() + id_prefix.size(), id.data() + id.size(), row);
  return row;
}

std::string pending_item(const session_host& host, const core::question& q) {
  const std::string asked = in_session_scope(q.line, host.core.quoted_sid());
  const auto e = scan(asked);
  std::string line;
  if (e) apply(line, asked, {{e->session_id, host.core.quoted_sid()}});
  const auto shown = scan(line);
  const core::session_seed& s = host.core.data();
  std::string out = R"({"id":")" + question_id(q) + R"(","sessionId":)" +
                    std::string(host.core.quoted_sid()) + R"(,"agent":)" +
                    protocol::quoted(s.agent) + R"(,"cwd":)" + protocol::quoted(s.cwd);
  if (!s.title.empty()) out += R"(,"title":)" + protocol::quoted(s.title);
  out += R"(,"turn":)" + std::to_string(q.turn) + R"(,"method":)" + protocol::quoted(q.method) +
         R"(,"askedAt":")" + iso_time(q.asked_ms) + R"(","params":)";
  return out.append(shown && shown->params ? shown->params.in(line) : "{}").append("}");
}

std::string queue_json(const session_host& host, std::string_view author, bool whole) {
  std::string out = "[";
  std::size_t place = 0;
  for (const core::turn& t : host.core.queue()) {
    if (place++) out += ',';
    out += R"({"turn":)" + std::to_string(t.id) + R"(,"place":)" + std::to_string(place) +
           R"(,"own":)" + (t.author == author ? "true" : "false") + R"(,"at":")" +
           iso_time(t.created_ms) + "\"";
    if (whole) {
      const auto e = scan(t.prompt);
      const std::string_view blocks = e ? member(e->params.in(t.prompt), "prompt") : "[]";
      out.append(R"(,"prompt":)").append(blocks);
    }
    out += "}";
  }
  return out + "]";
}

} // namespace acpd::net
