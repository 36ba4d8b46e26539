#include "server/net/remote/visitor.h"

#include "server/net/remote/limits.h"
#include "server/net/remote/tokens.h"
#include "server/net/spawn.h"

namespace acpd::remote {

response plain_response(unsigned status, std::string_view text) {
  response r(static_cast<http::status>(status), 11);
  if (!text.empty()) r.set(http::field::content_type, "text/plain");
  r.body() = text;
  return r;
}

static response too_large() {
  return plain_response(413, "Request body exceeds " + std::to_string(max_body_bytes) + " bytes");
}

/// Where this ends must be beyond doubt: what a proxy before us reads in another way could carry a
/// second request inside (RFC 9112, section 6).
static std::optional<response> misframed(const http::request_header<>& header) {
  const auto coding = header[http::field::transfer_encoding];
  const auto codings = header.count(http::field::transfer_encoding);
  if (codings > 0 && (codings > 1 || header.version() < 11))
    return plain_response(400, "Bad Request");
  if (codings > 0 && !beast::iequals(coding, "chunked"))
    return plain_response(501, "Transfer-Encoding may only be chunked");
  const auto length = header[http::field::content_length];
  if (header.count(http::field::content_length) > 1 || length.find(',') != length.npos)
    return plain_response(400, "Bad Request");
  return std::nullopt;
}

visitor::visitor(lobby& l, stream s, std::string address, std::string own_address)
    : lobby_(l), stream_(std::move(s)), address_(std::move(address)),
      own_address_(std::move(own_address)), buffer_(max_read_ahead), deadline_(l.io) {
  lobby_.visitors.insert(this);
  half_open_at_ = lobby_.half_open.insert(lobby_.half_open.end(), this);
}

void visitor::start() { net::spawn(lobby_.io, "visitor", run(shared_from_this())); }

asio::awaitable<void> visitor::run(std::shared_ptr<visitor> self) {
  set_deadline(handshake_time, 0);
  bool secure = true;
  if (lobby_.tls) secure = !co_await stream_.accept_tls(lobby_.tls->current());
  if (secure) co_await serve();
  clear_deadline();
  leave_half_open();
  co_await stream_.linger();
  lobby_.visitors.erase(this);
}

asio::awaitable<void> visitor::serve() {
  while (keep_alive_ && !lobby_.closing) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(max_header_bytes);
    parser.body_limit(max_body_bytes);
    if (!co_await read_header(parser)) co_return;
    keep_alive_ = parser.get().keep_alive();
    if (auto refused = refuse(parser.get())) {
      keep_alive_ = false; // its body is not even read
      answer(*std::move(refused));
      co_return;
    }
    if (!co_await read_body(parser)) co_return;
    clear_deadline();
    if (!co_await dispatch(parser.get())) co_return;
    if (!co_await stream_.flushed()) co_return;
  }
}

asio::awaitable<bool> visitor::read_header(http::request_parser<http::string_body>& parser) {
  set_deadline(half_open_ ? header_time : keep_alive_time, half_open_ ? 408 : 0);
  auto [ec, n] = co_await http::async_read_header(stream_, buffer_, parser, quietly);
  if (!ec) co_return true;
  keep_alive_ = false;
  if (late_status_ != 0)
    answer(plain_response(late_status_, late_status_ == 408
                                            ? "Request Timeout: the header took too long"
                                            : "Too many connections have presented no token yet"));
  else if (ec == http::error::body_limit) { // its header is whole: a stranger gets to know no limit
    auto refused = refuse(parser.get());
    answer(refused ? *std::move(refused) : too_large());
  } else if (ec == http::error::header_limit)
    answer(plain_response(431, "Request Header Fields Too Large"));
  else if (ec.category() == http::make_error_code(http::error::end_of_stream).category() &&
           ec != http::error::end_of_stream && ec != http::error::partial_message)
    answer(plain_response(400, "Bad Request"));
  co_return false;
}

asio::awaitable<bool> visitor::read_body(http::request_parser<http::string_body>& parser) {
  if (parser.is_done()) co_return true;
  set_deadline(body_time, 408);
  if (beast::iequals(parser.get()[http::field::expect], "100-continue"))
    stream_.push("HTTP/1.1 100 Continue\r\n\r\n");
  auto [ec, n] = co_await http::async_read(stream_, buffer_, parser, quietly);
  if (!ec) co_return true;
  keep_alive_ = false;
  if (late_status_ != 0)
    answer(plain_response(late_status_, "Request Timeout: the body took too long"));
  else if (ec == http::error::body_limit)
    answer(too_large());
  else if (ec != http::error::partial_message)
    answer(plain_response(400, "Bad Request"));
  co_return false;
}

/// Host, Origin and token, in that order: a page of another site learns nothing of tokens.
std::optional<response> visitor::refuse(const http::request_header<>& header) {
  const auto text = [&](http::field f) {
    const auto value = header[f];
    return std::string_view(value.data(), value.size());
  };
  if (auto refused = misframed(header)) return refused;
  // Of two, somebody before us may have looked at the other one.
  const auto twice = [&](http::field f) { return header.count(f) > 1; };
  if (twice(http::field::host) || !lobby_.access.allows_host(text(http::field::host), own_address_))
    return plain_response(403, "Host is not allowed: add its name to listen.hosts in acpd's "
                               "configuration");
  if (twice(http::field::origin) || !lobby_.access.allows_origin(text(http::field::origin)))
    return plain_response(403, "Origin is not allowed: add it to listen.origins in acpd's "
                               "configuration");
  const std::string_view target(header.target().data(), header.target().size());
  const std::string_view path = target.substr(0, target.find('?'));
  const bool one_token = !twice(http::field::authorization);
  if (auto refused = admit(one_token ? text(http::field::authorization) : "")) return refused;
  if (path != "/acp" && path != "/acp/bridge") return plain_response(404, "Not Found");
  return std::nullopt;
}

std::optional<response> visitor::admit(std::string_view authorization) {
  const auto presented = bearer_token(authorization);
  const known_token* known = presented ? find_token(lobby_.tokens, *presented) : nullptr;
  if (known == nullptr) {
    spdlog::warn("a remote client at {} was refused: {}", address_,
                 presented ? "its token is none of ours, or was revoked" : "no token");
    response r = plain_response(401, "Unauthorized: send Authorization: Bearer TOKEN; `acpctl "
                                     "token new` on the daemon's machine makes one");
    r.set(http::field::www_authenticate, "Bearer");
    return r;
  }
  leave_half_open();
  if (!who_ || who_->token != known->id) lobby_.daemon.token_used(known->id);
  who_ = peer{known->id, known->name, known->rights, address_};
  return std::nullopt;
}

void visitor::answer(response r) {
  r.keep_alive(keep_alive_);
  // A stream of header and body, gathered: nothing waits here.
  r.prepare_payload();
  beast::error_code ec;
  http::response_serializer<http::string_body> serializer(r);
  serializer.split(false);
  while (!serializer.is_done()) {
    std::size_t n = 0;
    serializer.next(ec, [&](beast::error_code&, const auto& buffers) {
      for (const asio::const_buffer b : beast::buffers_range_ref(buffers)) {
        stream_.push({static_cast<const char*>(b.data()), b.size()});
        n += b.size();
      }
    });
    serializer.consume(n);
  }
}

void visitor::set_deadline(std::chrono::steady_clock::duration time, unsigned status) {
  deadline_.expires_after(time);
  deadline_.async_wait([self = shared_from_this(), status](error_code ec) {
    if (ec) return;
    if (self->late_status_ == 0) self->late_status_ = status;
    self->stream_.cancel_reads();
  });
}

void visitor::clear_deadline() { deadline_.cancel(); }

void visitor::leave_half_open() {
  if (!std::exchange(half_open_, false)) return;
  lobby_.half_open.erase(half_open_at_);
}

void visitor::evict(unsigned status) {
  leave_half_open();
  late_status_ = status;
  keep_alive_ = false;
  stream_.cancel_reads();
}

void visitor::close(std::uint16_t code, std::string reason) {
  keep_alive_ = false;
  ended_ = true;
  if (socket_)
    socket_->close(code, std::move(reason));
  else
    stream_.cancel_reads();
}

} // namespace acpd::remote
