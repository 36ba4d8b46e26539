#include "server/net/index_process.h"

#include "server/agent/unique_fd.h"
#include "server/net/read_arrived.h"
#include "server/net/spawn.h"
#include "server/wire/spawn_attributes.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

extern char** environ;

namespace acpd::net {

namespace {

/// posix_spawn: a fork of a large daemon is slow. 0, or why not.
int spawn_worker(const std::filesystem::path& program, int fd, pid_t& pid) {
  const std::string name = program.string();
  const char* argv[] = {name.c_str(), nullptr};
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_adddup2(&files, fd, 0);
  ::posix_spawn_file_actions_adddup2(&files, fd, 1);
  // A group of its own: Ctrl-C on the daemon's terminal is the daemon's to handle.
  const wire::spawn_attributes attributes(POSIX_SPAWN_SETPGROUP);
  const int error =
      ::posix_spawn(&pid, argv[0], &files, attributes.get(), const_cast<char**>(argv), environ);
  ::posix_spawn_file_actions_destroy(&files);
  return error;
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) return "was ended by signal " + std::to_string(WTERMSIG(status));
  return "ended (exit code " + std::to_string(WEXITSTATUS(status)) + ")";
}

int wait_for(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

} // namespace

std::expected<std::shared_ptr<index_process>, std::string>
index_process::start(asio::io_context& io, readers& pool, const std::filesystem::path& program,
                     listener to) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return std::unexpected(std::string("no socket pair: ") + std::strerror(errno));
  agent::unique_fd ours(ends[0]);
  const agent::unique_fd theirs(ends[1]);
  pid_t pid = 0;
  if (const int error = spawn_worker(program, theirs.get(), pid); error != 0)
    return std::unexpected(program.string() + ": " + std::strerror(error) +
                           "; it belongs beside acpd");
  auto made = std::make_shared<index_process>(io, pool, pid, ours.release(), std::move(to));
  spawn(io, "index worker", made->read_loop(made));
  return made;
}

index_process::index_process(asio::io_context& io, readers& pool, pid_t pid, int fd, listener to)
    : pool_(pool), pid_(pid), socket_(io, asio::local::stream_protocol(), fd), to_(std::move(to)) {}

asio::awaitable<void> index_process::read_loop(std::shared_ptr<index_process> self) {
  while (!closed_) {
    auto [ec] =
        co_await socket_.async_wait(unix_socket::wait_read, asio::as_tuple(asio::use_awaitable));
    if (ec || closed_) co_return;
    const auto bytes = read_arrived(socket_, client_read_bytes);
    if (!bytes) break;
    lines_.feed(*bytes, [&](std::string_view line, std::size_t, bool too_long) {
      if (!closed_ && !too_long) to_.line(line);
    });
  }
  if (!closed_) reap();
}

void index_process::send(std::string_view line) {
  if (closed_) return;
  out_.add(line);
  out_.add("\n");
  write();
}

void index_process::write() {
  if (closed_) return; // a broken one is seen by the read loop
  out_.write(socket_, [self = shared_from_this()] { self->write(); });
}

void index_process::close() {
  closed_ = true;
  error_code ignored;
  socket_.close(ignored);
}

void index_process::reap() {
  close();
  ::kill(pid_, SIGKILL); // it may have closed its output only
  pool_.block([pid = pid_] { return wait_for(pid); },
              [self = shared_from_this()](int status) { self->to_.ended(how_it_ended(status)); });
}

void index_process::stop() {
  if (closed_) return;
  close();
  ::kill(pid_, SIGKILL);
  pool_.block([pid = pid_] { return wait_for(pid); }, [](int) {});
}

} // namespace acpd::net
