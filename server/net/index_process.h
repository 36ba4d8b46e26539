#pragma once

#include "protocol/envelope.h"
#include "protocol/line_splitter.h"
#include "server/net/asio.h"
#include "server/net/readers.h"
#include "server/net/socket_writer.h"

#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace acpd::net {

/// One process `acpd index` (indexer/worker/WORKER.md): lines to it and from it. Its input ends
/// with this process, whatever happens to it, and so does it. Made and held by index_worker;
/// session thread; io and pool must outlive it.
class index_process : public std::enable_shared_from_this<index_process> {
public:
  struct listener {
    std::move_only_function<void(std::string_view line)> line;
    std::move_only_function<void(std::string how)> ended; // once; not after stop()
  };

  /// The failure's text says what could not be started.
  static std::expected<std::shared_ptr<index_process>, std::string>
  start(asio::io_context& io, readers& pool, const std::filesystem::path& program, listener to);
  index_process(asio::io_context& io, readers& pool, pid_t pid, int fd, listener to);

  void send(std::string_view line); // without its newline
  /// What it has not read yet.
  std::size_t unread() const { return out_.waiting(); }
  pid_t pid() const { return pid_; }
  /// Kills it; nothing more is heard of it.
  void stop();

private:
  asio::awaitable<void> read_loop(std::shared_ptr<index_process> self);
  void write();
  void close();
  void reap();

  readers& pool_;
  const pid_t pid_;
  unix_socket socket_;
  listener to_;
  protocol::line_splitter lines_{protocol::max_line_bytes};
  socket_writer out_;
  bool closed_ = false;
};

} // namespace acpd::net
