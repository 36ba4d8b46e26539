#include "server/net/listener.h"

#include "server/agent/peer.h"
#include "server/net/agent_link.h"
#include "server/net/hub.h"
#include "server/net/link.h"
#include "server/net/spawn.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <unordered_set>

namespace acpd::net {

listener::listener(hub& h) : hub_(h), watch_(h.io) {}

protocol::result<void> listener::open() {
  const std::filesystem::path& path = hub_.paths.socket;
  if (auto made = wire::make_private_dir(path.parent_path()); !made) return made;
  // Under its own name only when somebody listens: who sees it can connect. What lies there is a
  // dead daemon's, since the state folder's lock is ours.
  std::string begun = path.string(); // as long: a socket's path may have 107 bytes
  begun.back() = begun.back() == '~' ? '-' : '~';
  ::unlink(begun.c_str());
  error_code ec;
  acceptor_.emplace(hub_.io);
  acceptor_->open(asio::local::stream_protocol(), ec);
  if (!ec) acceptor_->bind(asio::local::stream_protocol::endpoint(begun), ec);
  if (!ec && ::chmod(begun.c_str(), 0600) != 0) ec.assign(errno, boost::system::system_category());
  if (!ec) acceptor_->listen(SOMAXCONN, ec);
  if (!ec && ::rename(begun.c_str(), path.c_str()) != 0)
    ec.assign(errno, boost::system::system_category());
  if (ec)
    return std::unexpected(protocol::failure{0, "cannot listen on " + path.string() + ": " +
                                                    ec.message() + "; name another with --socket"});
  struct stat s{};
  if (::stat(path.c_str(), &s) == 0) inode_ = s.st_ino;
  spawn(hub_.io, "accept", accept_loop());
  if (inode_ && next_client_ == 1) spawn(hub_.io, "socket watch", watch_loop());
  return {};
}

void listener::close() {
  closed_ = true;
  error_code ignored;
  if (acceptor_) acceptor_->close(ignored);
  watch_.cancel();
  struct stat s{};
  if (::stat(hub_.paths.socket.c_str(), &s) == 0 && s.st_ino == inode_)
    ::unlink(hub_.paths.socket.c_str());
}

asio::awaitable<void> listener::accept_loop() {
  while (!closed_) {
    auto [ec, socket] = co_await acceptor_->async_accept(asio::as_tuple(asio::use_awaitable));
    if (ec == asio::error::operation_aborted) co_return;
    if (!ec) {
      accepted(std::move(socket));
      continue;
    }
    spdlog::warn("a client could not be accepted: {}",
                 ec.message()); // no descriptors left, perhaps
    asio::steady_timer pause(hub_.io, std::chrono::milliseconds(100));
    co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

void listener::accepted(unix_socket socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  const bool known =
      ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
  if (!known || peer.uid != ::geteuid() || peer.pid == 0) {
    spdlog::warn(
        "a client of uid {} (pid {}) was refused: only this user's own processes may connect",
        peer.uid, peer.pid);
    return;
  }
  std::unordered_set<pid_t> shims;
  for (const auto& [id, a] : hub_.agents)
    if (a->hello().shim_pid > 0) shims.insert(a->hello().shim_pid);
  const bool agent = !shims.empty() && agent::descends_from(peer.pid, shims);
  auto made = std::make_shared<link>(hub_, std::move(socket), next_client_++, peer.pid, agent);
  hub_.links.push_back(made);
  made->start();
}

/// $XDG_RUNTIME_DIR vanishes at the last logout and comes back empty: the socket is made again.
asio::awaitable<void> listener::watch_loop() {
  while (!closed_) {
    watch_.expires_after(std::chrono::seconds(5));
    auto [ec] = co_await watch_.async_wait(asio::as_tuple(asio::use_awaitable));
    if (ec || closed_) co_return;
    struct stat s{};
    if (::stat(hub_.paths.socket.c_str(), &s) == 0 && s.st_ino == inode_) continue;
    spdlog::warn("the socket {} is gone: made again", hub_.paths.socket.string());
    error_code ignored;
    acceptor_->close(ignored);
    next_client_ = std::max<std::uint64_t>(next_client_, 2);
    if (auto again = open(); !again) spdlog::error("{}", again.error().text);
  }
}

} // namespace acpd::net
