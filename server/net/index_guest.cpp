#include "server/net/index_guest.h"

#include "protocol/errors.h"
#include "server/core/lines.h"
#include "server/net/hub.h"
#include "server/net/index_access.h"
#include "server/net/index_questions.h"
#include "server/net/index_service.h"
#include "server/net/read_arrived.h"
#include "server/net/spawn.h"

#include <algorithm>
#include <utility>

namespace acpd::net {

using namespace protocol;

namespace {
constexpr std::string_view prefix = "_acpd/index/";
} // namespace

index_guest::index_guest(hub& h, unix_socket socket, pid_t peer)
    : hub_(h), socket_(std::move(socket)), peer_(peer), bell_(h.io) {}

void index_guest::receive(hub& h, unix_socket socket, std::string begin, pid_t peer) {
  auto made = std::make_shared<index_guest>(h, std::move(socket), peer);
  spawn(h.io, "index guest", made->read_loop(made, std::move(begin)));
}

asio::awaitable<void> index_guest::read_loop(std::shared_ptr<index_guest> self, std::string begin) {
  on_bytes(begin);
  while (!closed_ && !closing_) {
    while (!closed_ && is_busy()) {
      bell_.expires_at(asio::steady_timer::time_point::max());
      co_await bell_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    if (closed_) break;
    auto [ec] =
        co_await socket_.async_wait(unix_socket::wait_read, asio::as_tuple(asio::use_awaitable));
    if (ec || closed_) break;
    const auto bytes = read_arrived(socket_, client_read_bytes);
    if (!bytes) break;
    if (bytes->empty()) continue;
    on_bytes(*bytes);
    hub_.log.flush();
  }
  if (!closing_) close();
}

/// It is read no further: it would only fill this process.
bool index_guest::is_busy() const {
  return opening_ || asked_ >= most_asked || out_.waiting() > most_unread;
}

void index_guest::on_bytes(std::string_view bytes) {
  lines_.feed(bytes, [&](std::string_view line, std::size_t, bool too_long) {
    if (closed_ || closing_) return;
    if (!too_long) return on_line(line);
    send(core::error_line("null", parse_error,
                          "a line is longer than " + std::to_string(longest_line) + " bytes"));
  });
}

void index_guest::on_line(std::string_view line) {
  if (!shim_) return on_opening(line);
  const auto e = scan(line);
  if (!e) return send(core::error_line("null", e.error().code, e.error().text));
  if (e->kind == shape::request) return on_request(line, *e);
}

void index_guest::on_opening(std::string_view line) {
  if (std::exchange(opening_, true)) return early_.emplace_back(line), void();
  line.remove_prefix(std::min(line.size(), magic.size()));
  // Behind everything that is being read just now: the tokens of agents that this daemon found.
  hub_.pool.read([](store::reader&) { return 0; },
                 [self = shared_from_this(), token = std::string(line)](int) {
                   self->opening_ = false;
                   if (!self->closed_) self->on_token(token);
                   for (const std::string& early : std::exchange(self->early_, {}))
                     if (!self->closed_ && !self->closing_) self->on_line(early);
                   self->bell_.cancel();
                 });
}

void index_guest::on_token(const std::string& token) {
  shim_ = hub_.index_tokens->holder(token, peer_);
  std::string roots;
  for (const std::string& root : hub_.index_tokens->folders(shim_))
    roots += (roots.empty() ? "" : ",") + protocol::quoted(root);
  if (shim_ && !roots.empty())
    return send(core::notification_line("_acpd/index/opened", R"({"roots":[)" + roots + "]}"));
  spdlog::warn("pid={} asked for the index with a token that is no agent's: refused", peer_);
  closing_ = true;
  send(core::error_line("null", invalid_request,
                        "refused: this token belongs to no session of this daemon's"));
}

void index_guest::on_request(std::string_view line, const envelope& e) {
  const std::string id(e.id.in(line));
  const std::string_view method = e.method.in(line);
  const std::string_view params = e.params ? e.params.in(line) : std::string_view("{}");
  const auto& folders = hub_.index_tokens->folders(shim_);
  const auto refuse = [&](int code, std::string text) { send(core::error_line(id, code, text)); };
  const std::string name(method.starts_with(prefix) ? method.substr(prefix.size()) : "");
  const index_question* q = find_index_question(name);
  if (!q && name != "status")
    return refuse(invalid_request,
                  "refused: an agent may use the daemon only to ask the code index");
  std::string root = unquote(member(params, "root"));
  if (root.empty() && !folders.empty()) root = folders.front();
  if (std::ranges::find(folders, root) == folders.end())
    return refuse(invalid_params, "refused: " + root + " is no folder of this session's");
  ++asked_;
  hub_.index->ask(
      root, q ? worker_members(*q, params) : std::string(R"("do":"status")"),
      [self = shared_from_this(), id](const result<std::string>& what) { self->answer(id, what); });
}

void index_guest::answer(const std::string& raw_id, const result<std::string>& what) {
  --asked_;
  bell_.cancel();
  if (closed_) return;
  send(what ? core::result_line(raw_id, *what)
            : core::error_line(raw_id, what.error().code, what.error().text));
}

void index_guest::send(std::string_view line) {
  out_.add(line);
  out_.add("\n");
  write();
}

void index_guest::write() {
  if (closed_) return;
  const bool fine = out_.write(socket_, [self = shared_from_this()] {
    self->write();
    self->bell_.cancel();
  });
  if (!fine || (closing_ && out_.waiting() == 0)) close();
}

void index_guest::close() {
  if (std::exchange(closed_, true)) return;
  error_code ignored;
  socket_.close(ignored);
  bell_.cancel();
}

} // namespace acpd::net
