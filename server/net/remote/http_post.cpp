// What a client sends over streamable HTTP: checked as the official SDK's server does.
#include "protocol/errors.h"
#include "server/net/remote/http_connection.h"
#include "server/net/remote/limits.h"

#include <algorithm>
#include <array>

namespace acpd::remote {

using namespace protocol;

namespace {

constexpr std::array<std::string_view, 10> of_sessions{
    "session/cancel",   "session/close",    "session/delete", "session/fork",
    "session/load",     "session/prompt",   "session/resume", "session/set_config_option",
    "session/set_mode", "session/set_model"};

http_status missing() { return {400, "Missing Acp-Session-Id"}; }
http_status mismatched() { return {400, "Mismatched Acp-Session-Id"}; }
http_status too_long(std::string_view what) {
  return {400, std::string(what) + " exceeds maxIdLength (" + std::to_string(max_id_length) + ")"};
}

} // namespace

asio::awaitable<std::optional<std::string>> http_connection::initialize(std::string line,
                                                                        std::string raw_id) {
  const auto self = shared_from_this();
  initialize_id_ = std::move(raw_id);
  if (who_.rights == role::observer) line = observer_.from_client(line).text;
  pipe_.push(line + "\n");
  while (!closed_ && !initialized_) {
    initialize_bell_.expires_at(asio::steady_timer::time_point::max());
    co_await initialize_bell_.async_wait(quietly);
  }
  initialize_id_.clear();
  co_return std::exchange(initialized_, std::nullopt);
}

/// An answer to a question of the agent's belongs to that question's session.
http_status http_connection::check_answer(const envelope& e, std::string_view line,
                                          const std::optional<std::string>& session) {
  const auto asked = questions_.find(std::string(e.id.in(line)));
  if (asked == questions_.end()) return {};
  if (!asked->second.empty()) {
    if (!session) return missing();
    if (*session != asked->second) return mismatched();
  }
  questions_.erase(asked);
  return {};
}

http_status http_connection::check_method(const envelope& e, std::string_view line,
                                          const std::optional<std::string>& session) {
  const std::string_view method = e.method.in(line);
  const std::string named = e.session_id ? unquote(e.session_id.in(line)) : std::string();
  const bool of_session = e.session_id || std::ranges::any_of(of_sessions, [&](auto m) {
                            return same_text(method, m);
                          });
  if (of_session && !session) return missing();
  if (session && e.session_id && *session != named) return mismatched();
  if (session && session->size() > max_id_length) return too_long("Session ID");
  if (e.kind != shape::request) return {};
  const std::string id(e.id.in(line));
  if (unquote(id).size() > max_id_length) return too_long("Request ID");
  // The official client awaits the answer of a load on the connection's stream.
  answers_[id] = session && !same_text(method, "session/load") ? *session : std::string();
  return {};
}

asio::awaitable<http_status> http_connection::post(std::string line, payload p,
                                                   std::optional<std::string> session) {
  const auto self = shared_from_this();
  touch();
  if (p.message) {
    const bool answer = p.message->kind == shape::response;
    http_status checked =
        answer ? check_answer(*p.message, line, session) : check_method(*p.message, line, session);
    if (checked.code != 202) co_return checked;
    if (p.message->kind == shape::request && !co_await wait_for_room())
      co_return http_status{404, "Unknown Acp-Connection-Id"};
  }
  if (who_.rights == role::observer) {
    observer::verdict v = observer_.from_client(line);
    if (v.what == observer::verdict::drop) co_return http_status{};
    if (v.what == observer::verdict::reply) {
      route(v.text);
      co_return http_status{};
    }
    line = std::move(v.text);
  }
  pipe_.push(line + "\n");
  if (!co_await pipe_.room(pipe_room)) co_return http_status{404, "Unknown Acp-Connection-Id"};
  co_return http_status{};
}

} // namespace acpd::remote
