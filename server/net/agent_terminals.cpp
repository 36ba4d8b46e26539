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

constexpr std::uint64_t default_output_bytes = std::uint64_t{1} << 20;

std::uint64_t terminal_of(std::string_view params) {
  return core::terminal_number(unquote(member(params, "terminalId")));
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

/// As a person would read it: words with blanks in them are quoted.
std::string command_line(const agent::term_command& c) {
  std::string out = c.command;
  for (const std::string& arg : c.args) {
    const bool plain = !arg.empty() && arg.find_first_of(" \t\n'\"") == std::string::npos;
    out += plain ? " " + arg : " " + protocol::quoted(arg);
  }
  return out;
}

std::string how_it_ended(const agent::term_status& s) {
  if (!s.signal) return "exit code " + std::to_string(s.code);
  const char* name = ::sigabbrev_np(s.signal);
  return "ended by " + (name ? "SIG" + std::string(name) : "signal " + std::to_string(s.signal));
}

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return "SIG" + (name ? std::string(name) : std::to_string(signal));
}

std::string exit_json(const agent::term_status& s) {
  if (s.signal)
    return R"({"exitCode":null,"signal":)" + protocol::quoted(signal_name(s.signal)) + "}";
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
  const std::uint64_t number = terminal_of(params);
  if (q.method == "terminal/output") return want(number, terminal_want::output);
  if (q.method == "terminal/wait_for_exit") return want(number, terminal_want::exit);
  if (q.method != "terminal/kill" && q.method != "terminal/release")
    return hub_.answer_question(session, q.id, {},
                                error_json(method_not_found, "unknown method " + q.method));
  const bool release = q.method == "terminal/release";
  if (release) { // what it wrote is lost with it: first that
    released_.insert(number);
    frame(shim_frame::term_output, number);
  }
  frame(release ? shim_frame::term_release : shim_frame::term_kill, number);
  write();
  hub_.answer_question(session, q.id, "{}", {});
}

void agent_link::read_terminal(std::uint64_t terminal) {
  to_show_.insert(terminal);
  frame(shim_frame::term_output, terminal);
  write();
}

void agent_link::on_terminal(std::uint64_t terminal, std::string_view payload) {
  auto status = agent::unpack<agent::term_status>(payload);
  if (!status || !host_) return;
  const std::string_view output = payload.substr(sizeof(agent::term_status));
  std::vector<terminal_wait> due;
  auto [first, last] = terminal_waits_.equal_range(terminal);
  for (auto at = first; at != last;) {
    const bool waits = at->second.want == terminal_want::exit && !status->exited && status->known;
    if (!waits) due.push_back(at->second);
    at = waits ? std::next(at) : terminal_waits_.erase(at);
  }
  const bool runs = status->known && !status->spawn_errno;
  for (const terminal_wait& w : due)
    if (runs && w.want == terminal_want::created) terminal_started(terminal, w.question);
  if (runs) terminal_seen(terminal, *status, output);
  for (const terminal_wait& w : due)
    answer_terminal(terminal, w, *status, output);
  hub_.log.flush();
}

void agent_link::terminal_started(std::uint64_t terminal, std::int64_t question) {
  const auto q = host_->core.questions().find(question);
  if (q == host_->core.questions().end()) return;
  const std::string line = q->second.line;
  const auto e = scan(line);
  const agent::term_command c = command_of(e->params.in(line), host_->core.data().cwd);
  hub_.step(*host_, core::terminal_started{terminal, command_line(c), c.cwd});
  watch_terminals();
}

/// For who is shown it: when it has ended, when the core asked, and now and then while it runs.
void agent_link::terminal_seen(std::uint64_t terminal, const agent::term_status& status,
                               std::string_view output) {
  const bool released = released_.erase(terminal) > 0;
  const bool wanted = to_show_.erase(terminal) > 0;
  const std::string how = status.exited ? how_it_ended(status)
                          : released    ? "ended by the agent"
                                        : std::string();
  if (how.empty() && !wanted) return;
  core::terminal_output now{terminal, output, how, status.truncated != 0};
  const std::string signal = status.signal ? signal_name(status.signal) : std::string();
  if (status.exited && !status.signal) now.code = status.code;
  now.signal = signal;
  const std::uint64_t before = host_->core.data().head;
  hub_.step(*host_, now);
  if (host_) looks_.seen(terminal, host_->core.data().head != before, output.size());
}

void agent_link::watch_terminals() {
  if (!host_ || gone_) return;
  const auto next = looks_.next(host_->core.terminals().running(), terminal_looks::clock::now());
  if (!next || std::exchange(looking_, true)) return;
  look_timer_.expires_at(*next);
  look_timer_.async_wait([self = shared_from_this()](error_code ec) {
    self->looking_ = false;
    if (ec || !self->host_ || self->gone_ || self->hub_.stopping) return;
    for (const std::uint64_t terminal : self->looks_.due(terminal_looks::clock::now()))
      self->read_terminal(terminal);
    self->watch_terminals();
  });
}

bool agent_link::end_terminal(std::uint64_t terminal) {
  if (!host_ || gone_ || !host_->core.terminals().runs(terminal)) return false;
  frame(shim_frame::term_kill, terminal);
  write();
  return true;
}

void agent_link::answer_terminal(std::uint64_t terminal, const terminal_wait& w,
                                 const agent::term_status& status, std::string_view output) {
  const std::int64_t session = host_->core.data().id;
  const auto [question, want] = w;
  if (!status.known)
    return hub_.answer_question(
        session, question, {},
        error_json(not_found, "no such terminal; it was released, or never created"));
  if (want == terminal_want::exit)
    return hub_.answer_question(session, question, exit_json(status), {});
  if (want == terminal_want::created && status.spawn_errno)
    return hub_.answer_question(
        session, question, {},
        error_json(internal_error, std::string("the command could not be started: ") +
                                       std::strerror(status.spawn_errno)));
  if (want == terminal_want::created)
    return hub_.answer_question(
        session, question,
        R"({"terminalId":)" + protocol::quoted(core::terminal_name(terminal)) + "}", {});
  std::string result = R"({"output":)" + protocol::quoted(output) + R"(,"truncated":)" +
                       (status.truncated ? "true" : "false");
  if (status.exited) result += R"(,"exitStatus":)" + exit_json(status);
  hub_.answer_question(session, question, result + "}", {});
}

} // namespace acpd::net
