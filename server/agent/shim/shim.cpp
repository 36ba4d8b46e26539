#include "server/agent/shim/shim.h"

#include "server/agent/process.h"
#include "server/agent/shim/child.h"
#include "server/agent/shim_codec.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>

namespace acpd::shim {
namespace {

using namespace std::chrono_literals;

/// One pipe, both ends close-on-exec; ours does not block, the agent's does.
struct pipe_ends {
  agent::unique_fd ours, theirs;
};

pipe_ends make_pipe(bool we_write) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {};
  ::fcntl(ends[we_write ? 1 : 0], F_SETFL, O_NONBLOCK);
  return {agent::unique_fd(ends[we_write ? 1 : 0]), agent::unique_fd(ends[we_write ? 0 : 1])};
}

} // namespace

shim::shim(const options& o, state_file& state, agent::unique_fd listener, agent::unique_fd signals,
           mode_t mask)
    : options_(o), state_(state), listener_(std::move(listener)), signals_(std::move(signals)),
      mask_(mask), out_(spool_, state.hello(), o.spool_limit), in_(state.hello().sent),
      terminals_(o.cwd, mask), linger_(o.linger) {}

void shim::start() {
  pipe_ends in = make_pipe(true), out = make_pipe(false), err = make_pipe(false);
  child c{0, EMFILE};
  if (in.ours && out.ours && err.ours) {
    child_spec spec;
    spec.cwd = options_.cwd.c_str();
    spec.argv = options_.command;
    spec.env = environ;
    spec.in = in.theirs.get();
    spec.out = out.theirs.get();
    spec.err = err.theirs.get();
    spec.mask = mask_;
    c = start_child(spec);
  }
  agent::shim_hello& hello = state_.hello();
  if (c.error != 0) {
    hello.exit.spawn_errno = c.error;
    finish(clock::now());
    return;
  }
  alive_ = true;
  hello.agent_pid = hello.agent_group = c.pid;
  if (const auto p = agent::read_process(c.pid)) hello.agent_start = p->start;
  in_.open(std::move(in.ours));
  out_.open(std::move(out.ours));
  errors_ = std::move(err.ours);
}

void shim::attach(std::uint64_t committed) {

  link_ = std::move(pending_);
  pending_.reset();
  exit_said_ = false;
  progress_due_ = false; // hello says it
  said_ = state_.hello().sent;
  acknowledge(committed);
  // A daemon that has less than is acknowledged (a restored copy) gets what is still kept.
  const auto from = std::clamp(committed, spool_.begin(), spool_.end());
  link_->attach(from);
  link_->say(agent::shim_frame::hello, 0, agent::pack(state_.hello()));
  for (const auto& [number, t] : terminals_.all())
    if (t.status.exited) link_->say(agent::shim_frame::term_exited, number, agent::pack(t.status));
}

void shim::detach(instant now) {
  link_.reset();
  detached_at_ = now;
}

void shim::acknowledge(std::uint64_t offset) {
  spool_.acknowledge(offset);
  state_.hello().spool_begin = spool_.begin();
}

void shim::on_frame(const wire::frame_header& h, std::string_view payload, instant now) {
  switch (static_cast<agent::shim_frame>(h.type)) {
  case agent::shim_frame::ack: return acknowledge(std::min(h.seq, link_->next()));
  case agent::shim_frame::send:
    in_.push(h.number, payload);
    progress_due_ = true;
    return;
  case agent::shim_frame::stop:
    in_.close_when_empty();
    ending_.stop(now, std::chrono::milliseconds(std::min<std::uint64_t>(h.number, 86'400'000)));
    return;
  case agent::shim_frame::kill:
    released_ = true;
    ending_.kill();
    return;
  case agent::shim_frame::linger:
    linger_ = std::chrono::seconds(std::min<std::uint64_t>(h.number, 3'000'000'000));
    return;
  case agent::shim_frame::attach: // once a connection: its position is known from there on
    ::shutdown(link_->fd(), SHUT_RDWR);
    return;
  default: return on_terminal_frame(h, payload);
  }
}

void shim::on_terminal_frame(const wire::frame_header& h, std::string_view payload) {
  using agent::shim_frame;
  switch (static_cast<shim_frame>(h.type)) {
  case shim_frame::term_create:
    if (const terminal* failed = terminals_.create(h.number, h.seq, payload))
      link_->say(shim_frame::term_exited, h.number, agent::pack(failed->status));
    return;
  case shim_frame::term_output: {
    terminal* t = terminals_.find(h.number);
    if (t) t->trim();
    const auto status = t ? t->status : agent::term_status{};
    std::string answer(agent::pack(status));
    if (t) answer += t->text;
    link_->say(shim_frame::term_state, h.number, answer);
    return;
  }
  case shim_frame::term_kill: return terminals_.kill(h.number);
  case shim_frame::term_release: return terminals_.release(h.number);
  default: return; // a newer daemon's frame: nothing that this shim knows
  }
}

void shim::reap() {
  int status = 0;
  char buffer[4096];
  for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
    if (alive_ && pid == state_.hello().agent_pid) {
      alive_ = false;
      auto& exit = state_.hello().exit;
      if (WIFSIGNALED(status))
        exit.signal = WTERMSIG(status);
      else
        exit.code = WEXITSTATUS(status);
    } else if (const auto number = terminals_.reaped(pid, status, buffer)) {
      if (attached())
        link_->say(agent::shim_frame::term_exited, *number,
                   agent::pack(terminals_.find(*number)->status));
    }
  }
}

void shim::end_step(instant now) {
  if (finished_) return;
  switch (ending_.step(now, facts())) {
  case ending::action::none: break;
  case ending::action::terminate:
    in_.close_now();
    ::kill(-state_.hello().agent_group, SIGTERM);
    break;
  case ending::action::sweep:
    terminals_.refuse();
    ending_.swept(now, sweep());
    reap();
    break;
  }
  if (ending_.over(facts())) finish(now);
}

/// The shim is the subreaper: everything that the agent ever started is below it.
int shim::sweep() {
  auto left = agent::descendants(agent::all_processes(), ::getpid());
  std::erase_if(left, [](const agent::process& p) { return p.dead(); });
  // Stopped first, none of them can fork away from under the kill.
  for (const auto& p : left)
    ::kill(p.pid, SIGSTOP);
  for (const auto& p : left)
    ::kill(p.pid, SIGKILL);
  return static_cast<int>(left.size());
}

void shim::say_exit() {
  if (exit_said_ || !finished_ || !attached() || link_->next() < spool_.end()) return;
  exit_said_ = true;
  link_->say(agent::shim_frame::stderr_tail, 0, log_.tail(16384));
  link_->say(agent::shim_frame::exited, 0, agent::pack(state_.hello().exit));
}

instant shim::linger_at() const {
  return attached() ? never : std::max(out_.last(), detached_at_) + linger_;
}

bool shim::may_go(instant now) const {
  if (!finished_) return false;
  if (now >= go_at_) return true;
  const bool told = !attached() || (exit_said_ && link_->quiet());
  return told && (leaving_ || (released_ && spool_.unacknowledged() == 0));
}

} // namespace acpd::shim
