#pragma once

#include "protocol/envelope.h"
#include "protocol/failure.h"
#include "protocol/line_splitter.h"
#include "server/net/asio.h"
#include "server/net/socket_writer.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace acpd::net {

class hub;

/// A connection of `acpd mcp`, that is, of an agent. It opens with `ACPD-MCP/1 TOKEN` on a line;
/// then JSON-RPC, of which it may use `_acpd/index/…` only where that asks something, and only
/// about the folders of its own session. Nothing else of the daemon can be reached from here. Kept
/// alive by its read loop; session thread.
class index_guest : public std::enable_shared_from_this<index_guest> {
public:
  /// How such a connection begins; what else it sends first is somebody else's.
  static constexpr std::string_view magic = "ACPD-MCP/1 ";

  /// `begin`: what has been read of it.
  static void receive(hub& h, unix_socket socket, std::string begin, pid_t peer);
  index_guest(hub& h, unix_socket socket, pid_t peer);

private:
  asio::awaitable<void> read_loop(std::shared_ptr<index_guest> self, std::string begin);
  void on_bytes(std::string_view bytes);
  void on_line(std::string_view line);
  void on_opening(std::string_view line);
  void on_token(const std::string& token);
  void on_request(std::string_view line, const protocol::envelope& e);
  void answer(const std::string& raw_id, const protocol::result<std::string>& what);
  void send(std::string_view line);
  void write();
  void close();
  bool is_busy() const;

  hub& hub_;
  unix_socket socket_;
  const pid_t peer_;
  asio::steady_timer bell_; // rung when it may be read on
  protocol::line_splitter lines_{longest_line};
  std::int64_t shim_ = 0;          // whose agent it is; 0: it has not shown its token yet
  bool opening_ = false;           // its token is looked at
  unsigned asked_ = 0;             // questions under way
  std::vector<std::string> early_; // lines that came with the token
  socket_writer out_;
  bool closing_ = false; // after what is to be written
  bool closed_ = false;

  static constexpr std::size_t longest_line = std::size_t{256} << 10;
  static constexpr std::size_t most_unread = std::size_t{4} << 20;
  static constexpr unsigned most_asked = 16;
};

} // namespace acpd::net
