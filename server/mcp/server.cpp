#include "server/mcp/server.h"

#include "protocol/envelope.h"
#include "protocol/errors.h"
#include "protocol/json_view.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace acpd::mcp {

using namespace protocol;

namespace {

/// What this server speaks, newest first. Differences between them touch nothing that it sends.
constexpr std::array<std::string_view, 4> revisions{"2025-11-25", "2025-06-18", "2025-03-26",
                                                    "2024-11-05"};

constexpr std::string_view instructions =
    "An index of this session's workspace that is always as fresh as the last save. To find where "
    "something is or how it works, call code_search first: it answers in milliseconds with whole "
    "functions, paths and line ranges. For everything about one name call symbol. In code that you "
    "do not know yet, begin with repo_map. Grep is for exact strings and regular expressions.";

std::string text_result(std::string_view text, bool is_error) {
  return R"({"content":[{"type":"text","text":)" + quoted(text) + R"(}],"isError":)" +
         (is_error ? "true" : "false") + "}";
}

} // namespace

void server::reply(std::string_view id, std::string_view raw_result) {
  to_client += R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"result":)" +
               std::string(raw_result) + "}\n";
}

void server::reply_error(std::string_view id, int code, std::string_view text) {
  to_client += R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"error":{"code":)" +
               std::to_string(code) + R"(,"message":)" + quoted(text) + "}}\n";
}

// ---- the agent

void server::client_line(std::string_view line, time_point now) {
  const auto e = scan(line);
  if (!e) return reply_error("null", e.error().code, e.error().text);
  const std::string_view method = e->method.in(line);
  const std::string_view params = e->params ? e->params.in(line) : std::string_view("{}");
  if (e->kind == shape::request) return on_request(e->id.in(line), method, params, now);
  if (!same_text(method, "notifications/cancelled")) return;
  const std::string_view id = member(params, "requestId");
  std::erase_if(calls_, [&](const auto& c) { return c.second.raw_id == id; });
}

void server::client_line_too_long() {
  reply_error("null", invalid_request, "the line is too long: 1 MiB at most");
}

void server::on_request(std::string_view id, std::string_view method, std::string_view params,
                        time_point now) {
  if (same_text(method, "initialize")) return initialize(id, params);
  if (same_text(method, "ping")) return reply(id, "{}");
  if (same_text(method, "tools/list"))
    return reply(id, R"({"tools":)" + std::string(tool_list()) + "}");
  if (same_text(method, "tools/call")) return begin_call(id, params, now);
  reply_error(id, method_not_found, "unknown method " + std::string(method));
}

void server::initialize(std::string_view id, std::string_view params) {
  const std::string asked = unquote(member(params, "protocolVersion"));
  const bool known = std::ranges::find(revisions, asked) != revisions.end();
  reply(id, R"({"protocolVersion":")" + (known ? asked : std::string(revisions.front())) +
                R"(","capabilities":{"tools":{}},"serverInfo":{"name":"acpd",)"
                R"("title":"acpd code index","version":")" ACPD_VERSION R"("},"instructions":)" +
                quoted(instructions) + "}");
}

void server::begin_call(std::string_view id, std::string_view params, time_point now) {
  call c;
  c.raw_id = id;
  c.tool = unquote(member(params, "name"));
  c.arguments = member(params, "arguments");
  if (!c.arguments.starts_with('{')) c.arguments = "{}";
  c.until = now + patience;
  // What can be said without the daemon is said at once.
  const auto question = question_of(c.tool, c.arguments, roots_);
  if (!question && question.error().code == invalid_params)
    return reply_error(id, invalid_params, question.error().text);
  const std::uint64_t number = next_++;
  auto& kept = calls_.emplace(number, std::move(c)).first->second;
  if (!roots_.empty()) ask(number, kept);
}

// ---- the daemon

void server::ask(std::uint64_t number, call& c) {
  auto question = question_of(c.tool, c.arguments, roots_);
  if (!question) return finish(number, question.error().text, true);
  c.question = *std::move(question);
  c.answers.clear();
  const auto params = std::string_view(c.question.params).substr(1); // behind its brace
  for (const std::string& root : roots_) {
    if (!c.question.root.empty() && c.question.root != root) continue;
    const std::uint64_t id = next_++;
    parts_[id] = {number, c.answers.size()};
    c.answers.push_back({root == roots_.front() ? "" : root, "", ""});
    to_daemon += R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":")" +
                 c.question.method + R"(","params":{"root":)" + quoted(root) +
                 (params == "}" ? "" : ",") + std::string(params) + "}\n";
  }
  c.missing = c.answers.size();
}

void server::daemon_line(std::string_view line) {
  const auto e = scan(line);
  if (!e) return;
  if (e->kind == shape::notification && same_text(e->method.in(line), "_acpd/index/opened")) {
    roots_.clear();
    for_each_element(member(e->params.in(line), "roots"),
                     [&](std::string_view root) { roots_.push_back(unquote(root)); });
    const auto waiting = calls_; // asking may answer one at once
    for (const auto& [number, c] : waiting)
      if (const auto at = calls_.find(number); at != calls_.end()) ask(number, at->second);
    return;
  }
  if (e->kind != shape::response) return;
  const std::string text = e->error ? unquote(member(e->error.in(line), "message")) : "";
  std::uint64_t id = 0;
  const std::string_view raw = e->id.in(line);
  if (std::from_chars(raw.data(), raw.data() + raw.size(), id).ec != std::errc{})
    return fail_all(text); // refused
  const auto at = parts_.find(id);
  if (at == parts_.end()) return;
  const part p = at->second;
  parts_.erase(at);
  const auto of = calls_.find(p.call);
  if (of == calls_.end()) return; // cancelled, or too late
  folder_answer& answer = of->second.answers[p.place];
  if (e->result)
    answer.result = e->result.in(line);
  else
    answer.error = text;
  if (--of->second.missing == 0) answered(p.call);
}

void server::daemon_lost() {
  roots_.clear();
  parts_.clear();
  to_daemon.clear();
}

void server::answered(std::uint64_t number) {
  const call& c = calls_.at(number);
  const bool failed =
      std::ranges::all_of(c.answers, [](const folder_answer& a) { return a.result.empty(); });
  finish(number, answer_text(c.question.method, c.answers, c.question.max_bytes), failed);
}

void server::finish(std::uint64_t number, std::string_view text, bool is_error) {
  const auto at = calls_.find(number);
  reply(at->second.raw_id, text_result(text, is_error));
  calls_.erase(at);
}

void server::fail_all(std::string_view text) {
  while (!calls_.empty())
    finish(calls_.begin()->first, text, true);
  parts_.clear();
}

void server::expire(time_point now, std::string_view why) {
  for (auto at = calls_.begin(); at != calls_.end();) {
    const auto number = at->first;
    const bool late = at->second.until <= now;
    ++at;
    if (late)
      finish(number,
             "the code index did not answer in time" +
                 (why.empty() ? std::string() : " (" + std::string(why) + ")") +
                 ": use your other tools, and try again later",
             true);
  }
}

} // namespace acpd::mcp
