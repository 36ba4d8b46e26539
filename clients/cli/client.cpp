#include "clients/cli/client.h"

#include "clients/cli/bridge/daemon_start.h"
#include "clients/cli/exit_codes.h"
#include "clients/cli/interrupts.h"
#include "server/wire/connect_daemon.h"

#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace acpd::cli {
namespace {

constexpr int start_limit_ms = 10'000;

protocol::failure lost() {
  return {no_daemon_failure, "the daemon has ended: `acpctl status` says whether a new one runs"};
}

} // namespace

client::client(client&& other) noexcept
    : on_message(std::move(other.on_message)), fd_(std::exchange(other.fd_, -1)),
      lost_(other.lost_), last_id_(other.last_id_), lines_(std::move(other.lines_)),
      inbox_(std::move(other.inbox_)) {}

client& client::operator=(client&& other) noexcept {
  std::swap(on_message, other.on_message);
  std::swap(fd_, other.fd_);
  std::swap(lost_, other.lost_);
  std::swap(last_id_, other.last_id_);
  std::swap(lines_, other.lines_);
  std::swap(inbox_, other.inbox_);
  return *this;
}

client::~client() {
  if (fd_ >= 0) ::close(fd_);
}

protocol::result<client> client::open(const wire::paths& where, bool interactive) {
  auto fd = wire::connect_daemon(where.socket);
  if (!fd)
    return std::unexpected(protocol::failure{
        no_daemon_failure, fd.error().text +
                               ": `acpctl run` and editors start one; so does `acpd serve "
                               "--background`"});
  client c(*fd);
  if (auto done = c.initialize(interactive); !done) return std::unexpected(done.error());
  return c;
}

protocol::result<client> client::open_or_start(const wire::paths& where, const std::string& config,
                                               bool interactive) {
  if (auto c = open(where, interactive); c || c.error().code != no_daemon_failure) return c;
  auto fail = [](const std::string& text) {
    return std::unexpected(protocol::failure{
        no_daemon_failure, "there is no acpd daemon, and none could be started: " + text});
  };
  auto command = bridge::start_command(where, config);
  if (!command) return fail(command.error().text);
  const auto started = bridge::daemon_start(*std::move(command)).run(start_limit_ms);
  // Somebody else may have started one at the same time: what counts is whether one listens.
  auto c = open(where, interactive);
  if (!c && !started) return fail(started.error().text);
  return c;
}

protocol::result<void> client::initialize(bool interactive) {
  std::string params =
      R"({"protocolVersion":1,"clientCapabilities":{"fs":{"readTextFile":false,"writeTextFile":false},"terminal":false)";
  if (interactive) params += R"(,"elicitation":{"form":{},"url":{}})";
  params += R"(},"clientInfo":{"name":"acpctl","version":")" ACPD_VERSION "\"}}";
  auto answer = call("initialize", params);
  if (!answer) return std::unexpected(answer.error());
  return {};
}

std::int64_t client::begin(std::string_view method, std::string_view params) {
  const std::int64_t id = ++last_id_;
  send(R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":")" + std::string(method) +
       R"(","params":)" + std::string(params) + "}");
  return id;
}

void client::notify(std::string_view method, std::string_view params) {
  send(R"({"jsonrpc":"2.0","method":")" + std::string(method) + R"(","params":)" +
       std::string(params) + "}");
}

void client::respond(std::string_view raw_id, std::string_view result) {
  send(R"({"jsonrpc":"2.0","id":)" + std::string(raw_id) + R"(,"result":)" + std::string(result) +
       "}");
}

void client::send(std::string line) {
  line += '\n';
  std::string_view rest = line;
  while (!rest.empty() && !lost_) {
    const ssize_t n = ::send(fd_, rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {
      // Reading meanwhile: a daemon that waits for us to read would never read us.
      pollfd both{fd_, POLLIN | POLLOUT, 0};
      ::poll(&both, 1, -1);
      if ((both.revents & (POLLIN | POLLHUP)) != 0) lost_ = !read();
    } else if (errno != EINTR) {
      return; // the end is seen by the next read, behind what lies in the socket
    }
  }
}

/// False when the daemon has closed the connection.
bool client::read() {
  static std::array<char, 64 * 1024> buffer;
  const ssize_t n = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (n < 0) return errno == EAGAIN || errno == EINTR;
  lines_.feed({buffer.data(), static_cast<std::size_t>(n)},
              [this](std::string_view line, std::size_t, bool too_long) {
                if (too_long) return;
                // What a newer daemon might say that we cannot read is not for us.
                if (auto parts = protocol::scan(line))
                  inbox_.push_back({std::string(line), *parts});
              });
  return n > 0;
}

woken client::wait(int timeout_ms, int other_fd) {
  while (inbox_.empty()) {
    if (lost_) return woken::lost;
    const int seen = interrupts::count();
    std::array<pollfd, 2> polled{{{fd_, POLLIN, 0}, {other_fd, POLLIN, 0}}};
    const timespec limit{timeout_ms / 1000, (timeout_ms % 1000) * 1'000'000L};
    sigset_t none;
    sigemptyset(&none);
    const int ready =
        ::ppoll(polled.data(), polled.size(), timeout_ms < 0 ? nullptr : &limit, &none);
    if (interrupts::count() != seen) return woken::interrupted;
    if (ready == 0) return woken::timeout;
    if (polled[0].revents != 0) lost_ = !read();
    if (inbox_.empty() && !lost_ && polled[1].revents != 0) return woken::other_input;
  }
  return woken::message;
}

message client::take() {
  message first = std::move(inbox_.front());
  inbox_.pop_front();
  return first;
}

protocol::failure client::failure_of(const message& response) {
  const json_view error = response.error();
  return {static_cast<int>(error["code"].number_or(protocol::internal_error)),
          error["message"].text()};
}

protocol::result<message> client::call(std::string_view method, std::string_view params) {
  const std::string id = std::to_string(begin(method, params));
  for (;;) {
    switch (wait(-1)) {
    case woken::lost: return std::unexpected(lost());
    case woken::interrupted: return std::unexpected(protocol::failure{cancelled, "interrupted"});
    case woken::other_input:
    case woken::timeout: break;
    case woken::message: {
      message m = take();
      if (!m.is_response() || m.id() != id) {
        if (on_message) on_message(m);
        break;
      }
      if (m.parts.error) return std::unexpected(failure_of(m));
      return m;
    }
    }
  }
}

} // namespace acpd::cli
