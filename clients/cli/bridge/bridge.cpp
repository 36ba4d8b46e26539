#include "clients/cli/bridge/bridge.h"

#include "clients/cli/bridge/identity.h"
#include "protocol/errors.h"
#include "server/wire/bridge_frames.h"
#include "server/wire/connect_daemon.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace acpd::bridge {
namespace {

using namespace std::chrono_literals;
using wire::bridge_frame;

constexpr std::size_t read_bytes = 64 * 1024;
constexpr std::size_t editor_queue_limit = 256 * 1024;       // then the daemon is read no further
constexpr std::size_t link_queue_limit = 256 * 1024;         // then later lines wait in `memory`
constexpr std::size_t unacked_limit = std::size_t{64} << 20; // then the editor is read no further
constexpr std::size_t kept_limit = std::size_t{256} << 20;   // the same, answers awaited included
constexpr auto first_backoff = 25ms;
constexpr auto longest_backoff = 2000ms;
constexpr auto steady_link = 100ms; // a link that lived that long was no failed attempt
constexpr auto patience = 10s;      // of open requests without a daemon; of the end of a bridge

std::array<char, read_bytes> buffer; // for one read at a time, of either side

volatile std::sig_atomic_t ended_by_signal = 0;

void on_signal(int) { ended_by_signal = 1; }

void complain(std::string_view text) {
  const std::string line = "acpctl connect: " + std::string(text) + "\n";
  // stderr may be gone or full; nobody can be told then.
  [[maybe_unused]] const ssize_t n = ::write(2, line.data(), line.size());
}

} // namespace

bridge::bridge(options o, int in_fd, int out_fd)
    : options_(std::move(o)), in_fd_(in_fd), out_(out_fd),
      memory_(own_identity(options_.agent, options_.remote.has_value())), next_try_(clock::now()) {
  if (options_.remote) remote_.emplace(*options_.remote);
}

bridge::~bridge() {
  if (link_ >= 0) ::close(link_);
}

int bridge::run() {
  while (!finished())
    step();
  if (memory_.all_acked()) return 0;
  complain("the editor has gone, and the daemon could not be given all that it wrote" +
           (trouble_.empty() ? std::string() : ": " + trouble_));
  return 1;
}

bool bridge::finished() const {
  if (!end_by_) return false;
  if (clock::now() >= *end_by_) return true;
  const bool hopeless = !link_allowed_ && link_ < 0;
  return (memory_.all_acked() || hopeless) && (to_editor_.empty() || out_closed_);
}

void bridge::step() {
  tend_link();
  if (link_ >= 0) {
    fill_link_queue();
    write_link();
  }
  if (memory_.wants_link()) report_link();
  if (!to_editor_.empty()) write_editor();
  if (finished()) return;

  const bool room = to_editor_.size() < editor_queue_limit;
  const bool read_in = in_fd_ >= 0 && room && memory_.unacked_bytes() < unacked_limit &&
                       memory_.kept_bytes() < kept_limit;
  const short link_events = static_cast<short>(room ? POLLIN : 0) |
                            static_cast<short>(link_writable_ && !to_daemon_.empty() ? POLLOUT : 0);
  std::array<pollfd, 5> polled{{
      {read_in ? in_fd_ : -1, POLLIN, 0},
      {to_editor_.empty() || out_closed_ ? -1 : out_.fd(), POLLOUT, 0},
      {link_events != 0 ? link_ : -1, link_events, 0},
      {start_ && start_->running() ? start_->fd() : -1, POLLIN, 0},
      {remote_ ? remote_->network.fd() : -1, POLLIN, 0},
  }};
  const int timeout_ms = poll_timeout_ms();
  const timespec timeout{timeout_ms / 1000, (timeout_ms % 1000) * 1'000'000L};
  sigset_t none; // signals are blocked everywhere else: none falls between the test and the wait
  sigemptyset(&none);
  const int ready =
      ::ppoll(polled.data(), polled.size(), timeout_ms < 0 ? nullptr : &timeout, &none);
  if (ended_by_signal != 0 && !end_by_) {
    drain_editor();
    editor_gone();
  }
  if (ready > 0 && polled[2].revents != 0 && room) read_link();
  if (ready > 0 && polled[0].revents != 0 && in_fd_ >= 0) read_editor();
  // After the read: an end of stdin that is there already, however late we are, comes first.
  while (const auto line = hold_.take_due(clock::now()))
    keep_line(*line);
}

int bridge::poll_timeout_ms() const {
  std::optional<clock::time_point> until = end_by_;
  auto sooner = [&](clock::time_point t) { until = until ? std::min(*until, t) : t; };
  const bool starting = start_ && start_->running();
  if (link_ < 0 && link_allowed_ && !starting) sooner(next_try_);
  if (starting && start_->fd() < 0) sooner(clock::now() + first_backoff);
  if (waiting_since_ && link_ < 0) sooner(*waiting_since_ + patience);
  if (remote_ && link_ >= 0) sooner(remote_->life.next());
  if (const auto due = hold_.due()) sooner(*due);
  if (!until) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - clock::now());
  return static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, 60'000));
}

// The editor's side.

void bridge::read_editor() {
  const ssize_t n = ::read(in_fd_, buffer.data(), buffer.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n <= 0) return editor_gone();
  lines_.feed(
      {buffer.data(), static_cast<std::size_t>(n)},
      [this](std::string_view line, std::size_t, bool too_long) { take_line(line, too_long); });
}

void bridge::take_line(std::string_view line, bool too_long) {
  if (too_long) { // the daemon could not take it in one frame
    to_editor_.tail() += R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":)"
                         R"("the line is longer than 32 MiB: send it in smaller parts"}})"
                         "\n";
    return;
  }
  if (!hold_.keeps(line, clock::now())) keep_line(line);
}

void bridge::keep_line(std::string_view line) {
  memory_.keep(line);
  if (!std::exchange(start_allowed_, true) || !std::exchange(link_allowed_, true)) {
    backoff_ = 0ms;
    next_try_ = clock::now();
  }
}

/// What the editor wrote before it ended us counts as read.
void bridge::drain_editor() {
  pollfd in{in_fd_, POLLIN, 0};
  while (in_fd_ >= 0 && memory_.unacked_bytes() < unacked_limit && ::poll(&in, 1, 0) == 1)
    read_editor();
}

/// The editor's end, or a signal: what it wrote still goes to the daemon.
void bridge::editor_gone() {
  if (end_by_) return;
  end_by_ = clock::now() + patience;
  in_fd_ = -1;
  // A last line without its newline is taken when it is whole, so that `printf` can be an editor.
  const std::string rest(lines_.pending());
  lines_.reset();
  if (protocol::scan(rest)) take_line(rest, false);
  while (const auto line = hold_.take_rest())
    keep_line(*line);
}

void bridge::write_editor() {
  if (out_closed_) return to_editor_.clear();
  const std::ptrdiff_t n = out_.write(to_editor_.pending());
  if (n >= 0) return to_editor_.consume(static_cast<std::size_t>(n));
  out_closed_ = true;
  to_editor_.clear();
  drain_editor();
  editor_gone();
}

// The daemon's side.

void bridge::tend_link() {
  if (remote_) tend_remote();
  if (start_ && start_->running())
    if (auto outcome = start_->collect()) {
      // Two bridges may have started one each: the daemon that listens is the one to use.
      next_try_ = clock::now();
      just_started_ = true;
      if (!*outcome) troubled(std::move(outcome->error().text));
    }
  const bool starting = start_ && start_->running();
  if (link_ < 0 && link_allowed_ && !starting && clock::now() >= next_try_) {
    auto fd = remote_ ? connect_remote() : wire::connect_daemon(options_.where.socket);
    if (fd)
      link_up(*fd);
    else
      no_daemon(std::move(fd.error().text));
  }
  const bool served = (link_ >= 0 && welcomed_) || (remote_ && remote_->reached && link_allowed_);
  if (served || !memory_.has_open_request())
    waiting_since_.reset();
  else if (!waiting_since_)
    waiting_since_ = clock::now();
  else if ((link_ < 0 || remote_) && clock::now() - *waiting_since_ >= patience)
    give_up_waiting();
}

void bridge::no_daemon(std::string reason) {
  back_off();
  // After a start the next one waits for the backoff, whatever the first one said.
  if (std::exchange(just_started_, false)) {
    if (trouble_.empty()) troubled(std::move(reason));
  } else if (remote_) {
    troubled(std::move(reason));
  } else if (start_allowed_) {
    begin_start();
  } else if (trouble_.empty()) {
    trouble_ = std::move(reason);
  }
}

void bridge::begin_start() {
  trouble_.clear();
  auto command = start_command(options_.where, options_.config);
  if (!command) return troubled(std::move(command.error().text));
  if (!start_) start_.emplace(*std::move(command));
  start_->begin();
  if (start_->running()) return;
  if (auto outcome = start_->collect(); outcome && !*outcome)
    troubled(std::move(outcome->error().text));
}

/// Why there is no daemon, for whoever reads the editor's log of us: once, not at each attempt.
void bridge::troubled(std::string text) {
  if (text != said_) complain(text);
  said_ = trouble_ = std::move(text);
}

void bridge::back_off() {
  backoff_ = std::clamp(backoff_ * 2, std::chrono::milliseconds(first_backoff),
                        std::chrono::milliseconds(longest_backoff));
  next_try_ = clock::now() + backoff_;
}

void bridge::link_up(int fd) {
  link_ = fd;
  link_writable_ = true;
  welcomed_ = false;
  up_since_ = clock::now();
  frames_.reset();
  sent_number_ = 0;
  memory_.forget_slots();
  to_daemon_.clear();
  to_daemon_.tail() = wire::bridge_magic;
  wire::append_frame(to_daemon_.tail(), {.type = static_cast<std::uint8_t>(bridge_frame::hello)},
                     memory_.hello());
}

void bridge::link_down() {
  ::close(link_);
  link_ = -1;
  frames_.reset();
  to_daemon_.clear();
  if (remote_) remote_down();
  if (welcomed_ && clock::now() - up_since_ >= steady_link) {
    backoff_ = 0ms; // it worked: at once. A daemon that falls over our greeting is not hurried
    next_try_ = clock::now();
  } else {
    back_off();
  }
}

void bridge::fill_link_queue() {
  while (to_daemon_.size() < link_queue_limit) {
    const std::string* line = memory_.next_line(sent_number_);
    if (line == nullptr) return;
    wire::append_frame(
        to_daemon_.tail(),
        {.type = static_cast<std::uint8_t>(bridge_frame::line), .number = sent_number_}, *line);
  }
}

void bridge::write_link() {
  if (to_daemon_.empty() || !link_writable_) return;
  const std::string_view bytes = to_daemon_.pending();
  const ssize_t n = ::send(link_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (n > 0 && remote_) remote_->life.sent(static_cast<std::size_t>(n), clock::now());
  if (n >= 0) return to_daemon_.consume(static_cast<std::size_t>(n));
  // Not yet the end: what the daemon wrote before it died lies in the socket and is read first.
  if (errno != EAGAIN && errno != EINTR) link_writable_ = false;
}

void bridge::read_link() {
  const ssize_t n = ::recv(link_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n > 0 && remote_) remote_->life.heard_from(clock::now());
  const bool whole = n > 0 && frames_.feed({buffer.data(), static_cast<std::size_t>(n)},
                                           [this](const wire::frame_header& h, std::string_view p) {
                                             take_frame(h, p);
                                           });
  if (!to_editor_.empty()) write_editor();
  if (!whole || !link_allowed_) link_down();
}

void bridge::take_frame(const wire::frame_header& h, std::string_view payload) {
  switch (static_cast<bridge_frame>(h.type)) {
  case bridge_frame::welcome:
    welcomed_ = start_allowed_ = true;
    said_.clear();
    trouble_.clear();
    if (remote_) {
      remote_->reached = true;
      remote_->life.welcomed(clock::now());
    }
    break;
  case bridge_frame::refused: return refused(payload);
  case bridge_frame::bye: return said_goodbye(payload);
  default: to_editor_.tail() += memory_.accept(h, payload); break;
  }
}

void bridge::said_goodbye(std::string_view payload) {
  start_allowed_ = protocol::member(payload, "stop") != "true";
  if (!start_allowed_) trouble_ = "somebody has stopped the daemon; your next message starts it";
}

void bridge::refused(std::string_view payload) {
  trouble_ = protocol::unquote(protocol::member(payload, "text"));
  complain(trouble_);
  link_allowed_ = false;
  to_editor_.tail() += memory_.fail_requests(protocol::internal_error, trouble_);
}

void bridge::give_up_waiting() {
  const std::string text = remote_
                               ? "the remote daemon cannot be reached: " + trouble_
                               : "there is no acpd daemon, and none could be started: " + trouble_ +
                                     ": `acpctl doctor` says what to do";
  complain(text);
  to_editor_.tail() += memory_.fail_requests(protocol::internal_error, text);
  waiting_since_.reset();
  // A daemon that somebody starts is still found; none is started before the editor asks again.
  start_allowed_ = false;
}

/// An editor that does not read is told later what holds then.
void bridge::report_link() {
  if (to_editor_.size() >= editor_queue_limit) return;
  if (link_ < 0 || !welcomed_)
    to_editor_.tail() += report_.down(why_no_link(), clock::now());
  else if (std::uint64_t n = sent_number_; to_daemon_.empty() && memory_.next_line(n) == nullptr)
    to_editor_.tail() += report_.up();
}

std::string bridge::why_no_link() const {
  if (!trouble_.empty()) return trouble_;
  return remote_ ? "the link to the remote daemon is lost; it is being made again"
                 : "the daemon has ended; it is being started again";
}

int run_bridge(options o) {
  // Blocked outside ppoll(). SIGCHLD may be inherited as ignored, and then waitpid() finds no
  // child.
  sigset_t ends;
  sigemptyset(&ends);
  struct sigaction action{};
  action.sa_handler = on_signal;
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    sigaddset(&ends, signal);
    ::sigaction(signal, &action, nullptr);
  }
  ::sigprocmask(SIG_BLOCK, &ends, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGCHLD, SIG_DFL);
  return bridge(std::move(o), 0, 1).run();
}

} // namespace acpd::bridge
