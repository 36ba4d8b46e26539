// Clients of the front, from their first byte on: each is a connection to the real one (visitor,
// http_connection, web_socket), with a daemon that answers every request. An input is what they
// send, in parts: "\n--\n" goes on with the same connection, "\n++\n" opens another one, $C stands
// for the connection id that the front gave. Nothing of whom no token was shown reaches the daemon.
#include "protocol/envelope.h"
#include "protocol/line_splitter.h"
#include "server/net/remote/lobby.h"
#include "server/net/remote/tokens.h"
#include "server/net/remote/visitor.h"
#include "tests/fuzz/require.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <spdlog/spdlog.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace asio = boost::asio;
using namespace acpd::remote;
using acpd::protocol::scan;
using acpd::protocol::shape;

namespace {

constexpr std::string_view tokens[]{"T0", "T1"}; // a controller's, an observer's

/// What has come on a socket that does not block; nothing: the other end has closed it.
std::optional<std::string> arrived(int fd) {
  std::string all(std::size_t{1} << 16, '\0');
  const ssize_t n = ::recv(fd, all.data(), all.size(), MSG_DONTWAIT);
  if (n == 0 || (n < 0 && errno != EAGAIN)) return std::nullopt;
  all.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
  return all;
}

void write_all(int fd, std::string_view bytes) { // what does not fit is lost: it does not read
  (void)::send(fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

/// The daemon's end of one connection: plain lines, or a bridge's bytes, which are not looked at.
struct served {
  int fd;
  acpd::protocol::line_splitter lines{std::size_t{64} << 20};
  bool framed = false, seen = false;

  void on_line(std::string_view line) const {
    const auto e = scan(line);
    if (!e || e->kind != shape::request) return;
    write_all(fd, R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s",)"
                  R"("update":{"sessionUpdate":"x"},"_meta":{"acpd/seq":7,"acpd/epoch":"e"}}})"
                  "\n"
                  R"({"jsonrpc":"2.0","id":"q","method":"session/request_permission",)"
                  R"("params":{"sessionId":"s"}})"
                  "\n"
                  R"({"jsonrpc":"2.0","id":)" +
                      std::string(e->id.in(line)) +
                      R"(,"result":{"sessionId":"s"}})"
                      "\n");
  }
  bool step() { // false: nothing came
    const auto bytes = arrived(fd);
    if (!bytes || bytes->empty()) return false;
    if (!std::exchange(seen, true)) framed = bytes->starts_with("ACPD");
    if (framed) return true;
    lines.feed(*bytes, [&](std::string_view line, std::size_t, bool) { on_line(line); });
    return true;
  }
};

struct answering_daemon : daemon_side {
  void connected(int fd, const peer&) override { pipes.push_back({fd}); }
  void token_used(std::int64_t) override {}
  std::vector<served> pipes;
};

class play {
public:
  play() {
    hall_.tokens = {{1, "one", role::controller, hash_of(tokens[0])},
                    {2, "two", role::observer, hash_of(tokens[1])}};
  }

  void open() {
    int ends[2];
    ACPD_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
    clients_.push_back(ends[0]);
    acpd::remote::socket s(io_, asio::generic::stream_protocol(AF_UNIX, 0), ends[1]);
    std::make_shared<visitor>(hall_, stream(std::move(s)), "1.2.3.4", "10.0.0.1")->start();
  }

  void send(std::string part) {
    for (std::size_t at; (at = part.find("$C")) != std::string::npos;)
      part.replace(at, 2, id_);
    write_all(clients_.back(), part);
    run();
  }

  void end() {
    for (const int fd : clients_)
      ::shutdown(fd, SHUT_WR);
    run();
    for (const int fd : clients_)
      ::close(fd);
    std::vector<std::shared_ptr<http_connection>> open;
    for (const auto& [id, c] : hall_.http)
      open.push_back(c);
    for (const auto& c : open)
      c->close();
    for (const served& pipe : daemon_.pipes)
      ::close(pipe.fd);
    run();
    ACPD_REQUIRE(hall_.visitors.empty() && hall_.half_open.empty() && hall_.http.empty());
  }

  bool reached_daemon() const { return !daemon_.pipes.empty(); }

private:
  void run() {
    for (bool moved = true; moved;) {
      io_.restart();
      moved = io_.poll() > 0;
      for (std::size_t i = 0; i < daemon_.pipes.size(); ++i)
        moved = daemon_.pipes[i].step() || moved;
      for (const int fd : clients_)
        if (const auto answer = arrived(fd); answer && !answer->empty()) {
          moved = true;
          note_id(*answer);
        }
    }
  }
  void note_id(std::string_view answer) {
    constexpr std::string_view name = "Acp-Connection-Id: ";
    if (const std::size_t at = answer.find(name); at != std::string_view::npos)
      id_ = answer.substr(at + name.size(), 36);
  }

  answering_daemon daemon_;
  asio::io_context io_{1};
  lobby hall_{io_, daemon_};
  std::vector<int> clients_;
  std::string id_ = "none";
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const bool quiet = (spdlog::set_level(spdlog::level::off), true);
  (void)quiet;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  play p;
  p.open();
  for (std::size_t from = 0; from <= all.size();) {
    const std::size_t on = all.find("\n--\n", from), anew = all.find("\n++\n", from);
    const std::size_t to = std::min({on, anew, all.size()});
    p.send(std::string(all.substr(from, to - from)));
    if (to == all.size()) break;
    if (to == anew) p.open();
    from = to + 4;
  }
  p.end();
  if (all.find(tokens[0]) == all.npos && all.find(tokens[1]) == all.npos)
    ACPD_REQUIRE(!p.reached_daemon());
  return 0;
}
