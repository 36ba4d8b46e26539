#include "protocol/errors.h"
#include "server/net/agent_link.h"
#include "server/net/hub.h"
#include "server/net/session_host.h"

#include <charconv>
#include <cstring>

namespace acpd::net {

using namespace protocol;
using agent::shim_frame;

// The agent's terminals run under its shim: nothing changes for them when an editor or the daemon
// goes. A terminal's number is the row of the question that created it, so that asking again after
// a restart of the daemon makes no second one.

namespace {

constexpr std::string_view id_prefix = "acpd-term-";
constexpr std::uint64_t default_output_bytes = std::uint64_t{1} << 20;

std::uint64_t terminal_number(std::string_view params) {
  const std::string id = unquote(member(params, "terminalId"));
  std::uint64_t n = 0;
  if (id.starts_with(id_prefix))
    std::from_chars(id.data() + id_prefix.size(), id.data() + id.size(), n);
  return n;
}

agent::term_command command_of(std::string_view params, const std::string& cwd) {
  agent::term_command c;
  c.cwd = unquote(member(params, "cwd"));
  if (c.cwd.empty()) c.cwd = cwd;
  c.command = unquote(member(params, "command"));
  if (auto args = member(params, "args"); args.starts_with('['))
    for_each_element(args, [&](std::string_view arg) { c.args.push_back(unquote(arg)); });
  if (auto env = member(params, "env"); env.starts_with('['))
    for_each_element(env, [&](std::string_view v) {
      c.env.push_back(unquote(member(v, "name")) + "=" + unquote(member(v, "value")));
    });
  return c;
}

std::string exit_json(const agent::term_status& s) {
  if (s.signal)
    return R"({"exitCode":null,"signal":)" +
           protocol::quoted("SIG" + std::string(::sigabbrev_np(s.signal)
                                                    ? ::sigabbrev_np(s.signal)
                                                    : std::to_string(s.signal))) +
           "}";
  return R"({"exitCode":)" + std::to_string(s.code) + R"(,"signal":null})";
}

std::string error_json(int code, std::string_view text) {
  return R"({"code":)" + std::to_string(code) + R"(,"message":)" + protocol::quoted(text) + "}";
}

} // namespace

void agent_link::serve_terminal(const core::question& q) {
  auto e = scan(q.line);
  const std::string_view params = e->params.in(q.line);
  const std::int64_t session = host_->core.data().id;
  const auto want = [&](std::uint64_t terminal, terminal_want what) {
    terminal_waits_.emplace(terminal, terminal_wait{q.id, what});
    frame(shim_frame::term_output, terminal);
    write();
  };
  if (q.method == "terminal/create") {
    const agent::term_command c = command_of(params, host_->core.data().cwd);
    if (c.command.empty())
      return hub_.answer_question(session, q.id, {},
                                  error_json(invalid_params, "params.command: expected a string"));
    std::uint64_t limit = default_output_bytes;
    if (auto raw = member(params, "outputByteLimit"); !raw.empty())
      std::from_chars(raw.data(), raw.data() + raw.size(), limit);
    const auto number = static_cast<std::uint64_t>(q.id);
    frame(shim_frame::term_create, number, limit, agent::encode_term_create(c));
    return want(number, terminal_want::created);
  }
  const std::uint64_t number = terminal_number(params);
  if (q.method == "terminal/output") return want(number, terminal_want::output);
  if (q.method == "terminal/wait_for_exit") return want(number, terminal_want::exit);
  if (q.method != "terminal/kill" && q.method != "terminal/release")
    return hub_.answer_question(session, q.id, {},
                                error_json(method_not_found, "unknown method " + q.method));
  frame(q.method == "terminal/kill" ? shim_frame::term_kill : shim_frame::term_release, number);
  write();
  hub_.answer_question(session, q.id, "{}", {});
}

void agent_link::on_terminal(std::uint64_t terminal, std::string_view payload, bool ended) {
  auto status = agent::unpack<agent::term_status>(payload);
  if (!status || !host_) return;
  const std::int64_t session = host_->core.data().id;
  const std::string_view output =
      ended ? std::string_view() : payload.substr(sizeof(agent::term_status));
  std::vector<std::pair<std::int64_t, terminal_want>> ready;
  auto [first, last] = terminal_waits_.equal_range(terminal);
  for (auto at = first; at != last;) {
    const terminal_want want = at->second.want;
    const bool due = want == terminal_want::exit ? status->exited || !status->known : !ended;
    if (due) ready.emplace_back(at->second.question, want);
    at = due ? terminal_waits_.erase(at) : std::next(at);
  }
  for (const auto& [question, want] : ready) {
    if (!status->known) {
      hub_.answer_question(
          session, question, {},
          error_json(not_found, "no such terminal; it was released, or never created"));
    } else if (want == terminal_want::created) {
      if (status->spawn_errno)
        hub_.answer_question(
            session, question, {},
            error_json(internal_error, std::string("the command could not be started: ") +
                                           std::strerror(status->spawn_errno)));
      else
        hub_.answer_question(
            session, question,
            R"({"terminalId":")" + std::string(id_prefix) + std::to_string(terminal) + "\"}", {});
    } else if (want == terminal_want::exit) {
      hub_.answer_question(session, question, exit_json(*status), {});
    } else {
      std::string result = R"({"output":)" + protocol::quoted(output) + R"(,"truncated":)" +
                           (status->truncated ? "true" : "false");
      if (status->exited) result += R"(,"exitStatus":)" + exit_json(*status);
      hub_.answer_question(session, question, result + "}", {});
    }
  }
}

} // namespace acpd::net
