// What is done with a request that was let in: the answers, headers and texts are the official
// SDK's server's.
#include "server/net/remote/limits.h"
#include "server/net/remote/visitor.h"
#include "server/net/spawn.h"

namespace acpd::remote {

namespace {

constexpr const char* connection_header = "Acp-Connection-Id";
constexpr const char* session_header = "Acp-Session-Id";
constexpr std::string_view batch_refused =
    R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid request: JSON-RPC batches are not supported"}})";

/// One that is there twice is both, as in the SDK's server: no id of ours.
std::optional<std::string> header(const request& r, const char* name) {
  std::string all;
  for (auto [at, end] = r.equal_range(name); at != end; ++at)
    all.append(all.empty() ? "" : ", ").append(at->value());
  return all.empty() ? std::nullopt : std::optional(std::move(all));
}

std::string lower(beast::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_json(const request& r) {
  std::string type = lower(r[http::field::content_type]);
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' '))
    type.pop_back();
  return type == "application/json";
}

response json_response(unsigned status, std::string_view text) {
  response r = plain_response(status, text);
  r.set(http::field::content_type, "application/json");
  return r;
}

response not_allowed(bool head) {
  response r = plain_response(405, head ? "" : "Method Not Allowed");
  r.set(http::field::content_type, "text/plain");
  return r;
}

bool wants_upgrade(const request& r) {
  return http::token_list(r[http::field::connection]).exists("upgrade");
}

} // namespace

std::shared_ptr<http_connection> visitor::connection_of(std::string_view id) const {
  const auto at = lobby_.http.find(id);
  // Another token's connection does not exist for this one.
  if (at == lobby_.http.end() || at->second->who().token != who_->token) return nullptr;
  return at->second->closed() ? nullptr : at->second;
}

asio::awaitable<bool> visitor::dispatch(const request& r) {
  if (wants_upgrade(r) || r.target().starts_with("/acp/bridge")) {
    co_await upgrade(r);
    co_return false;
  }
  if (r.method() == http::verb::get) co_return co_await get(r);
  if (r.method() == http::verb::post)
    answer(co_await post(r));
  else if (r.method() == http::verb::delete_)
    answer(remove(r));
  else
    answer(not_allowed(r.method() == http::verb::head));
  co_return true;
}

asio::awaitable<response> visitor::post(const request& r) {
  if (!is_json(r)) co_return plain_response(415, "Unsupported Media Type");
  std::string line = r.body();
  if (line.starts_with("\xef\xbb\xbf")) line.erase(0, 3); // as JSON readers of the web do
  to_one_line(line);
  const payload p = look_at(line);
  if (p.kind == payload_kind::no_json) co_return plain_response(400, "Invalid JSON");
  if (p.kind == payload_kind::batch) co_return json_response(400, batch_refused);
  if (p.kind == payload_kind::scalar) co_return plain_response(400, "Invalid JSON-RPC message");
  const auto connection = header(r, connection_header);
  if (is_initialize(p, line)) {
    if (!connection) co_return co_await initialize(r, line, p);
    co_return plain_response(400, "Initialize not allowed on existing connection");
  }
  if (!connection) co_return plain_response(400, "Missing Acp-Connection-Id");
  const auto known = connection_of(*connection);
  if (!known) co_return plain_response(404, "Unknown Acp-Connection-Id");
  const http_status done = co_await known->post(std::move(line), p, header(r, session_header));
  co_return plain_response(done.code, done.text);
}

asio::awaitable<response> visitor::initialize(const request&, const std::string& line,
                                              const payload& p) {
  const std::string id(p.message->id.in(line));
  if (id == "null") co_return plain_response(400, "Initialize request must include an ID");
  if (lobby_.http.size() >= lobby_.max_connections / 2)
    co_return plain_response(503, "too many connections: end one, or raise "
                                  "listen.max_connections in acpd's configuration");
  auto pipe = lobby_.open_pipe(*who_);
  if (!pipe) co_return plain_response(503, "no connection can be opened now: try again");
  auto made = std::make_shared<http_connection>(lobby_, *who_, *std::move(pipe));
  made->start();
  const auto said = co_await made->initialize(line, id);
  if (!said)
    co_return json_response(500, R"({"jsonrpc":"2.0","id":)" + id +
                                     R"(,"error":{"code":-32603,"message":"Initialize failed"}})");
  lobby_.http.emplace(made->id(), made);
  spdlog::info("remote client token={} from={} connected over HTTP", who_->name, address_);
  response r = json_response(200, *said);
  r.set(connection_header, made->id());
  co_return r;
}

response visitor::remove(const request& r) {
  const auto connection = header(r, connection_header);
  if (!connection) return plain_response(400, "Missing Acp-Connection-Id");
  const auto known = connection_of(*connection);
  if (!known) return plain_response(404, "Unknown Acp-Connection-Id");
  known->close();
  return plain_response(202, "");
}

asio::awaitable<bool> visitor::get(const request& r) {
  const auto refuse = [&](unsigned status, std::string_view text) {
    answer(plain_response(status, text));
    return true;
  };
  if (lower(r[http::field::upgrade]) == "websocket")
    co_return refuse(426, "WebSocket upgrade needs the header Connection: Upgrade, too");
  if (lower(r[http::field::accept]).find("text/event-stream") == std::string::npos)
    co_return refuse(406, "Not Acceptable");
  const auto connection = header(r, connection_header);
  if (!connection) co_return refuse(400, "Missing Acp-Connection-Id");
  const auto known = connection_of(*connection);
  if (!known) co_return refuse(404, "Unknown Acp-Connection-Id");
  const auto session = header(r, session_header);
  if (session && session->size() > max_id_length)
    co_return refuse(400, "Session ID exceeds maxIdLength (" + std::to_string(max_id_length) + ")");
  const auto events = known->acquire(session);
  if (!events) co_return refuse(409, "Outbound stream already has an active receiver");
  const auto last = header(r, "Last-Event-ID");
  if (last && !co_await known->resume(session, events, *last)) {
    known->release(session, events);
    co_return refuse(409, "Last-Event-ID cannot be honoured: load the session");
  }
  co_await send_events(known, session, events, last ? "" : events->events.start());
  co_return false;
}

/// Notices that the client has gone; it has nothing to say on this connection.
asio::awaitable<void> visitor::watch_end(std::shared_ptr<visitor> self,
                                         std::shared_ptr<outbound> events) {
  std::string ignored(512, '\0');
  while (co_await stream_.read_some(asio::buffer(ignored)) != 0)
    ;
  client_gone_ = true;
  events->bell.cancel();
}

asio::awaitable<void> visitor::send_events(std::shared_ptr<http_connection> from,
                                           std::optional<std::string> session,
                                           std::shared_ptr<outbound> events, std::string out) {
  stream_.push("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
               "Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n");
  net::spawn(lobby_.io, "event stream's end", watch_end(shared_from_this(), events));
  const auto push = [&] {
    char size[32];
    const int n = std::snprintf(size, sizeof size, "%zx\r\n", out.size());
    stream_.push({size, static_cast<std::size_t>(n)});
    stream_.push(out + "\r\n");
    out.clear();
  };
  while (!client_gone_ && !from->closed() && !lobby_.closing) {
    while (!events->events.empty() && out.size() < output_room)
      events->events.take(out);
    if (!out.empty()) {
      push();
      from->taken();
      if (!co_await stream_.room(output_room)) break;
      continue;
    }
    events->bell.expires_after(lobby_.ping);
    auto [ec] = co_await events->bell.async_wait(quietly);
    if (!ec) {
      out = ":\n\n"; // proves to both sides that the connection lives
      push();
    }
  }
  from->release(session, events);
  if (!client_gone_ || ended_) stream_.push("0\r\n\r\n");
}

asio::awaitable<void> visitor::upgrade(const request& r) {
  keep_alive_ = false;
  const auto refuse = [&](unsigned status, std::string_view text) {
    answer(plain_response(status, text));
  };
  if (r.method() != http::verb::get) co_return refuse(405, "Invalid HTTP method");
  if (lower(r[http::field::upgrade]) != "websocket")
    co_return refuse(400, "Invalid Upgrade header");
  if (r[http::field::sec_websocket_key].size() != 24)
    co_return refuse(400, "Missing or invalid Sec-WebSocket-Key header");
  if (r[http::field::sec_websocket_version] != "13")
    co_return refuse(400, "Missing or invalid Sec-WebSocket-Version header");
  auto pipe = lobby_.open_pipe(*who_);
  if (!pipe) co_return refuse(503, "no connection can be opened now: try again");
  const bool bridge = r.target().starts_with("/acp/bridge");
  spdlog::info("remote client token={} from={} connected over WebSocket{}", who_->name, address_,
               bridge ? ", with a bridge" : "");
  socket_ = make_web_socket(stream_, *std::move(pipe), *who_, bridge);
  co_await socket_->run(socket_, r, lobby_.ping);
  spdlog::info("remote client token={} from={} has gone", who_->name, address_);
}

} // namespace acpd::remote
