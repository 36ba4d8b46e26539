#include "server/runner/agent.h"

#include "protocol/errors.h"
#include "server/runner/params.h"
#include "server/runner/wording.h"

#include <charconv>
#include <limits>
#include <unistd.h>

namespace acpd::runner {
namespace {

using protocol::failure;
using protocol::quoted;

constexpr int sessions_a_page = 50;
constexpr int jobs_in_replay = 5;

std::unexpected<failure> bad(int code, std::string text) {
  return std::unexpected(failure{code, std::move(text)});
}

} // namespace

agent::agent(std::string database_path)
    : path_(std::move(database_path)), identity_(process_identity(::getpid())) {}

void agent::on_line(std::string_view line, bool too_long) {
  if (too_long)
    return out_.post(
        error_response("null", protocol::parse_error, "the line is longer than 32 MiB"));
  auto message = protocol::scan(line);
  if (!message)
    return out_.post(error_response("null", message.error().code, message.error().text));
  // Decoded, because a peer may write a method with escapes.
  auto method = protocol::unquote('"' + std::string(message->method.in(line)) + '"');
  auto params = message->params ? message->params.in(line) : std::string_view("{}");
  switch (message->kind) {
  case protocol::shape::request: {
    auto raw_id = message->id.in(line);
    try {
      answer_now(raw_id, params, on_request(method, raw_id, params));
    } catch (const db_error& e) {
      out_.post(error_response(raw_id, protocol::internal_error, e.what()));
    }
    break;
  }
  case protocol::shape::notification: on_notification(method, params); break;
  case protocol::shape::response: break; // it never asks anything
  }
}

void agent::answer_now(std::string_view raw_id, std::string_view params, const answer& result) {
  if (result) {
    if (!result->empty()) out_.post(response(raw_id, *result));
    return;
  }
  std::string data;
  if (result.error().code == protocol::not_found)
    data = R"({"sessionId":)" + std::string(protocol::member(params, "sessionId")) + "}";
  out_.post(error_response(raw_id, result.error().code, result.error().text, data));
}

agent::answer agent::on_request(std::string_view method, std::string_view raw_id,
                                std::string_view params) {
  if (method == "initialize") {
    auto result = initialize(params);
    initialized_ |= result.has_value();
    return result;
  }
  if (!initialized_) return bad(protocol::invalid_request, "initialize first");
  if (method == "session/new") return session_new(raw_id, params);
  if (method == "session/load") return session_open(raw_id, params, true);
  if (method == "session/resume") return session_open(raw_id, params, false);
  if (method == "session/list") return session_list(params);
  if (method == "session/prompt") return session_prompt(raw_id, params);
  if (method == "session/close") return session_close(raw_id, params, false);
  if (method == "session/delete") return session_close(raw_id, params, true);
  if (method == "authenticate")
    return bad(protocol::invalid_params, "the runner needs no login and has no such method");
  return bad(protocol::method_not_found, "the runner does not offer " + std::string(method));
}

void agent::on_notification(std::string_view method, std::string_view params) {
  if (method == "session/cancel") {
    if (auto session = find_open(params)) cancel(**session);
  } else if (method == "$/cancel_request") {
    cancel_request(protocol::member(params, "requestId"));
  }
}

agent::answer agent::initialize(std::string_view params) {
  auto raw = protocol::member(params, "protocolVersion");
  int version = 0;
  auto [end, ec] = std::from_chars(raw.data(), raw.data() + raw.size(), version);
  if (ec != std::errc{} || end != raw.data() + raw.size())
    return bad(protocol::invalid_params, "expected an integer at params.protocolVersion");
  return R"({"protocolVersion":1,"agentInfo":{"name":"acpd-runner","title":"acpd runner",)"
         R"("version":")" ACPD_VERSION R"("},"agentCapabilities":{"loadSession":true,)"
         R"("promptCapabilities":{"embeddedContext":true},)"
         R"("sessionCapabilities":{"list":{},"resume":{},"close":{},"delete":{}}},)"
         R"("authMethods":[]})";
}

agent::state& agent::store() {
  if (!store_) store_ = std::make_unique<state>(path_);
  return *store_;
}

turn_tools agent::tools() {
  auto& s = store();
  return {s.db, s.sessions, s.jobs, processes_, out_, identity_};
}

protocol::result<session_row> agent::find_known(std::string_view params) {
  auto id = string_at(params, "sessionId");
  if (!id) return std::unexpected(id.error());
  auto row = store().sessions.find(*id);
  if (!row) return bad(protocol::not_found, "there is no session " + *id);
  return *row;
}

protocol::result<agent::open_session*> agent::find_open(std::string_view params) {
  auto id = string_at(params, "sessionId");
  if (!id) return std::unexpected(id.error());
  auto found = sessions_.find(*id);
  if (found == sessions_.end())
    return bad(protocol::not_found, "session/load it first: not open is " + *id);
  return &found->second;
}

agent::answer agent::session_new(std::string_view raw_id, std::string_view params) {
  auto cwd = directory_at(params, "cwd");
  if (!cwd) return std::unexpected(cwd.error());
  auto id = "runner-" + random_id();
  store().sessions.add(id, *cwd);
  sessions_[id].row = *store().sessions.find(id);
  out_.post(response(raw_id, R"({"sessionId":)" + quoted(id) + "}"));
  out_.update(commands_update(id));
  return "";
}

agent::answer agent::session_open(std::string_view raw_id, std::string_view params, bool replay) {
  auto row = find_known(params);
  if (!row) return std::unexpected(row.error());
  auto cwd = directory_at(params, "cwd");
  if (!cwd) return std::unexpected(cwd.error());
  store().sessions.set_cwd(row->id, *cwd);
  row->cwd = *cwd;
  sessions_[row->id].row = *row;
  if (replay) {
    auto jobs = store().jobs.latest(row->id, jobs_in_replay);
    if (!jobs.empty()) out_.update(message_update(row->id, status_lines(jobs)));
  }
  out_.after_updates(response(raw_id, "{}"));
  out_.update(commands_update(row->id));
  return "";
}

agent::answer agent::session_list(std::string_view params) {
  auto before = std::numeric_limits<std::int64_t>::max();
  if (auto raw = protocol::member(params, "cursor"); !raw.empty() && raw != "null") {
    auto cursor = protocol::unquote(raw);
    auto [end, ec] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), before);
    if (cursor.empty() || ec != std::errc{} || end != cursor.data() + cursor.size())
      return bad(protocol::invalid_params, "params.cursor is none that session/list gave");
  }
  auto cwd = protocol::unquote(protocol::member(params, "cwd"));
  auto rows = store().sessions.list(before, cwd, sessions_a_page + 1);
  bool more = rows.size() > sessions_a_page;
  if (more) rows.pop_back();
  std::string list;
  for (const auto& row : rows) {
    list += (list.empty() ? "" : ",") + (R"({"sessionId":)" + quoted(row.id)) + R"(,"cwd":)" +
            quoted(row.cwd) + R"(,"updatedAt":)" + quoted(row.updated_at);
    if (!row.title.empty()) list += R"(,"title":)" + quoted(row.title);
    list += "}";
  }
  auto next = more ? R"(,"nextCursor":")" + std::to_string(rows.back().row) + "\"" : "";
  return R"({"sessions":[)" + list + "]" + next + "}";
}

agent::answer agent::session_prompt(std::string_view raw_id, std::string_view params) {
  auto session = find_open(params);
  if (!session) return std::unexpected(session.error());
  auto text = prompt_text(params);
  if (!text) return std::unexpected(text.error());
  if (!(*session)->closing.empty())
    return bad(protocol::invalid_request, "the session is being closed");
  (*session)->prompts.push_back({std::string(raw_id), std::move(*text)});
  return "";
}

agent::answer agent::session_close(std::string_view raw_id, std::string_view params, bool remove) {
  auto known = find_known(params);
  if (!known) return std::unexpected(known.error());
  auto found = sessions_.find(known->id);
  if (found == sessions_.end()) {
    if (remove) store().sessions.remove(known->id);
    return "{}";
  }
  cancel(found->second);
  found->second.closing = raw_id;
  found->second.deleting = remove;
  return "";
}

} // namespace acpd::runner
