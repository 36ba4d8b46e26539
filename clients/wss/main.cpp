// acpd-wss URL [CA-FILE]: stdin and stdout are one socket, whose bytes are the binary messages of a
// WebSocket to a remote daemon. `acpctl connect --remote wss://…` starts it. The token comes in
// ACPD_TOKEN. Exit codes, said on stderr in one line: 0 the daemon or the bridge has ended, 77 the
// daemon refused us, 78 nothing that trying again would mend, 1 anything else.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <unistd.h>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using tcp = asio::ip::tcp;
using local_socket = asio::local::stream_protocol::socket;
using error_code = boost::system::error_code;

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);
constexpr auto connect_time = std::chrono::seconds(15);
constexpr int refused_exit = 77;
constexpr int unusable_exit = 78;
constexpr std::size_t piece = 64 * 1024;

struct address {
  bool tls = false;
  std::string host, port;

  std::string text() const { return host + ":" + port; }
};

/// "wss://host:port"; empty host: no such thing.
address parse(std::string_view url) {
  address a;
  a.tls = url.starts_with("wss://");
  url.remove_prefix(a.tls ? 6 : url.starts_with("ws://") ? 5 : url.size());
  url = url.substr(0, url.find('/'));
  const bool v6 = url.starts_with('[');
  const std::size_t end = v6 ? url.find(']') : 0;
  const std::size_t colon = end == std::string_view::npos ? end : url.find(':', end);
  a.host = url.substr(0, colon);
  a.port = colon == std::string_view::npos ? (a.tls ? "443" : "80") : url.substr(colon + 1);
  return a;
}

std::string bare(const std::string& host) {
  return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
}

[[noreturn]] void fail(const std::string& text, int code = 1) {
  std::fprintf(stderr, "acpd-wss: %s\n", text.c_str());
  std::exit(code);
}

/// One direction, in pieces, each written before the next is read.
template <class Socket>
asio::awaitable<void> up(local_socket& bridge, Socket& ws) {
  std::string buffer(piece, '\0');
  for (;;) {
    auto [ec, n] = co_await bridge.async_read_some(asio::buffer(buffer), quietly);
    if (ec) break;
    auto [failed, sent] = co_await ws.async_write(asio::buffer(buffer, n), quietly);
    if (failed) break;
  }
  // The bridge has gone, or the link: either way there is nothing left to carry.
  std::exit(0);
}

template <class Socket>
asio::awaitable<void> down(local_socket& bridge, Socket& ws) {
  beast::flat_buffer message;
  for (;;) {
    auto [ec, n] = co_await ws.async_read_some(message, piece, quietly);
    if (ec == websocket::error::closed && ws.reason().code == websocket::close_code::policy_error)
      fail("the daemon ended the connection: " + std::string(ws.reason().reason.c_str()),
           refused_exit);
    if (ec) break;
    auto [failed, sent] = co_await asio::async_write(bridge, message.data(), quietly);
    if (failed) break;
    message.consume(message.size());
  }
}

[[noreturn]] void declined(const address& to, const websocket::response_type& answer) {
  const unsigned status = answer.result_int();
  const std::string said = std::to_string(status) + " " + answer.body();
  if (status == 401)
    fail(to.text() + " refused: 401 Unauthorized: it does not know the token, or it was revoked: "
                     "`acpctl token new` on the daemon's machine makes one",
         refused_exit);
  if (status == 403) fail(to.text() + " refused: " + said, refused_exit);
  const bool later = status >= 500 || status == 408 || status == 429; // a proxy's, mostly
  if (later) fail(to.text() + " refused: " + said);
  fail("what answers at " + to.text() + " is no acpd (HTTP " + std::to_string(status) +
           "): check the address, and `acpd serve --listen` there",
       unusable_exit);
}

template <class Socket>
asio::awaitable<void> talk(local_socket& bridge, Socket& ws, const address& to) {
  const char* token = std::getenv("ACPD_TOKEN");
  ws.set_option(websocket::stream_base::decorator([token](websocket::request_type& r) {
    r.set(http::field::authorization, std::string("Bearer ") + (token ? token : ""));
  }));
  ws.read_message_max(0); // a stream: no message of it is kept
  ws.binary(true);
  websocket::response_type answer;
  auto [ec] = co_await ws.async_handshake(answer, to.text(), "/acp/bridge", quietly);
  if (ec == websocket::error::upgrade_declined) declined(to, answer);
  if (ec) {
    // Something answered, but not in HTTP; an end of the stream is the network's, or a restart's.
    const bool foreign =
        ec.category() == http::make_error_code(http::error::bad_version).category() &&
        ec != http::error::end_of_stream && ec != http::error::partial_message;
    fail("no WebSocket at " + to.text() + ": " + ec.message(), foreign ? unusable_exit : 1);
  }
  beast::get_lowest_layer(ws).expires_never();
  asio::co_spawn(ws.get_executor(), up(bridge, ws), [](std::exception_ptr) { std::exit(1); });
  co_await down(bridge, ws);
  std::exit(0);
}

void trust(asio::ssl::context& context, const std::string& ca_file) {
  error_code ec;
  context.set_verify_mode(asio::ssl::verify_peer);
  if (ca_file.empty())
    context.set_default_verify_paths(ec);
  else
    context.load_verify_file(ca_file, ec);
  if (ec)
    fail("cannot use the certificates in " + ca_file + ": " + ec.message() +
             ": --ca names a PEM file",
         unusable_exit);
}

/// Why there is no TLS: the network's fault is mended by trying again, a certificate's is not.
[[noreturn]] void no_tls(const address& to, const std::string& ca_file, const error_code& ec,
                         SSL* tls) {
  if (ec.category() != asio::error::get_ssl_category())
    fail("no TLS with " + to.text() + ": " + ec.message());
  if (ERR_GET_REASON(static_cast<unsigned long>(ec.value())) != SSL_R_CERTIFICATE_VERIFY_FAILED)
    fail("no TLS with " + to.text() + ": " + ec.message() + ": is that acpd's port?",
         unusable_exit);
  const long found = SSL_get_verify_result(tls);
  const std::string why = found == X509_V_OK || found == X509_V_ERR_UNSPECIFIED
                              ? "it is not " + to.host + "'s"
                              : X509_verify_cert_error_string(found);
  fail("no trust in the certificate of " + to.text() + ": " + why +
           (ca_file.empty() ? ": --ca FILE names one to trust"
                            : ": check " + ca_file + ", and the host's name in the address"),
       unusable_exit);
}

asio::awaitable<void> run(asio::io_context& io, address to, std::string ca_file) {
  local_socket bridge(io, asio::local::stream_protocol(), ::dup(0));
  tcp::resolver resolver(io);
  auto [unknown, found] = co_await resolver.async_resolve(bare(to.host), to.port, quietly);
  if (unknown)
    fail("there is no host " + to.host + ": " + unknown.message() + ": check the address",
         unknown == asio::error::host_not_found_try_again ? 1 : unusable_exit);
  beast::tcp_stream link(io);
  link.expires_after(connect_time);
  auto [no, at] = co_await link.async_connect(found, quietly);
  if (no)
    fail("cannot connect to " + to.text() + ": " + no.message() +
         (no == asio::error::connection_refused ? ": does `acpd serve --listen` run there?" : ""));
  const bool loopback = link.socket().remote_endpoint().address().is_loopback();
  link.socket().set_option(tcp::no_delay(true));
  if (!to.tls && !loopback) // the token would go over the network in clear
    fail("ws:// is for loopback only: use wss:// for " + to.host, unusable_exit);
  if (!to.tls) {
    websocket::stream<beast::tcp_stream, false> ws(std::move(link));
    co_return co_await talk(bridge, ws, to);
  }
  asio::ssl::context context(asio::ssl::context::tls_client);
  trust(context, ca_file);
  websocket::stream<beast::ssl_stream<beast::tcp_stream>, false> ws(std::move(link), context);
  auto& tls = ws.next_layer();
  const std::string name = bare(to.host);
  error_code numeric;
  static_cast<void>(asio::ip::make_address(name, numeric));
  if (numeric) SSL_set_tlsext_host_name(tls.native_handle(), name.c_str());
  tls.set_verify_callback(asio::ssl::host_name_verification(name));
  auto [ec] = co_await tls.async_handshake(asio::ssl::stream_base::client, quietly);
  if (ec) no_tls(to, ca_file, ec, tls.native_handle());
  co_await talk(bridge, ws, to);
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) fail("usage: acpd-wss URL [CA-FILE]");
  const address to = parse(argv[1]);
  if (to.host.empty() || to.port.empty())
    fail("\"" + std::string(argv[1]) + "\" is no address: expected wss://HOST[:PORT]",
         unusable_exit);
  asio::io_context io(1);
  asio::co_spawn(io, run(io, to, argc == 3 ? argv[2] : ""), [](std::exception_ptr failed) {
    if (!failed) return;
    try {
      std::rethrow_exception(failed);
    } catch (const std::exception& e) {
      fail(e.what());
    }
  });
  io.run();
}
