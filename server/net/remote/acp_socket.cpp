// What goes over the two kinds of WebSocket.
#include "server/net/remote/limits.h"
#include "server/net/remote/lobby.h"
#include "server/net/remote/web_socket.h"

#include <deque>

namespace acpd::remote {

using namespace protocol;

namespace {

constexpr std::string_view parse_refused =
    R"({"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}})";
constexpr std::string_view invalid_refused =
    R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid request"}})";
constexpr std::string_view batch_refused =
    R"({"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid request: JSON-RPC batches are not supported"}})";

/// ACP: one message a text frame, as the official SDK's server takes them.
class acp_socket : public web_socket {
public:
  using web_socket::web_socket;

private:
  void on_message(std::string text, bool is_text) override {
    if (!is_text) return; // as the SDK
    // What comes before initialize is answered waits, so that answers keep the order of requests.
    if (!awaiting_) return take(std::move(text));
    inbox_bytes_ += text.size();
    inbox_.push_back(std::move(text));
    if (inbox_bytes_ > max_buffered_bytes)
      close(1008,
            "Connection exceeds maxBufferedBytes (" + std::to_string(max_buffered_bytes) + ")");
  }

  void take(std::string text) {
    to_one_line(text);
    const payload p = look_at(text);
    if (p.kind == payload_kind::no_json) return reply(parse_refused);
    if (p.kind == payload_kind::batch) return reply(batch_refused);
    if (p.kind == payload_kind::scalar) return reply(invalid_refused);
    if (!initialized_) return first(text, p);
    if (is_initialize(p, text))
      return reply(
          R"({"jsonrpc":"2.0","id":)" + std::string(p.message->id.in(text)) +
          R"(,"error":{"code":-32600,"message":"Initialize not allowed on existing connection"}})");
    if (p.message && too_long(*p.message, text))
      return close(1008, "an id exceeds maxIdLength (" + std::to_string(max_id_length) + ")");
    pass(text);
  }

  void first(const std::string& text, const payload& p) {
    if (!p.message) {
      const bool answer = member(text, "method").empty() &&
                          !(member(text, "id").empty() && member(text, "result").empty() &&
                            member(text, "error").empty());
      return answer ? void() : reply(invalid_refused);
    }
    if (p.message->kind == shape::response) return;
    if (!is_initialize(p, text)) return close(1002, "First message must be initialize");
    if (p.message->id.in(text) == "null")
      return close(1002, "Initialize request must include an ID");
    initialized_ = awaiting_ = true;
    pass(text);
  }

  void initialize_answered() {
    awaiting_ = false;
    for (; !inbox_.empty() && !closing(); inbox_.pop_front())
      take(std::move(inbox_.front()));
    inbox_bytes_ = 0;
  }

  static bool too_long(const envelope& e, std::string_view line) {
    if (e.session_id && unquote(e.session_id.in(line)).size() > max_id_length) return true;
    return e.kind == shape::request && unquote(e.id.in(line)).size() > max_id_length;
  }

  void pass(const std::string& line) {
    if (who_.rights == role::controller) return to_daemon(line + "\n");
    const observer::verdict v = observer_.from_client(line);
    if (v.what == observer::verdict::forward) to_daemon(v.text + "\n");
    if (v.what == observer::verdict::reply) reply(v.text);
  }

  void on_daemon(std::string_view bytes) override {
    lines_.feed(bytes, [this](std::string_view line, std::size_t, bool) {
      if (who_.rights == role::observer) {
        std::string answer;
        const bool goes_on = observer_.to_client(line, answer);
        if (!answer.empty()) to_daemon(answer + "\n");
        if (!goes_on) return;
      }
      const auto e = scan(line);
      const auto at = e ? position_of(line, *e) : std::nullopt;
      if (at) {
        const std::size_t place = cursor_place(*e);
        cursor_.clear();
        append_cursor(cursor_, *at);
        send({line.substr(0, place), cursor_, line.substr(place)}, true);
      } else {
        send({line}, true);
      }
      if (awaiting_ && e && e->kind == shape::response) initialize_answered();
    });
  }

  line_splitter lines_{2 * max_line_bytes};
  std::string cursor_; // for one message at a time
  observer observer_;
  bool initialized_ = false;
  bool awaiting_ = false; // the answer to initialize
  std::deque<std::string> inbox_;
  std::size_t inbox_bytes_ = 0;
};

/// The bridge: its byte stream in binary messages, cut anywhere.
class bridge_socket : public web_socket {
public:
  using web_socket::web_socket;

private:
  void on_message(std::string bytes, bool is_text) override {
    if (is_text) return close(1003, "the bridge's messages are binary");
    if (who_.rights == role::controller) return to_daemon(bytes);
    give(frames_.from_client(bytes));
  }

  void on_daemon(std::string_view bytes) override {
    if (who_.rights == role::controller) return send({bytes}, false);
    give(frames_.from_daemon(bytes));
  }

  void give(const observer_frames::output& out) {
    if (!out.to_daemon.empty()) to_daemon(out.to_daemon);
    if (!out.to_client.empty()) send({out.to_client}, false);
    if (out.broken) close(1002, "not the bridge's protocol");
  }

  observer_frames frames_;
};

} // namespace

std::shared_ptr<web_socket> make_web_socket(stream s, stream pipe, peer who, bool bridge) {
  if (bridge)
    return std::make_shared<bridge_socket>(std::move(s), std::move(pipe), std::move(who),
                                           random_uuid());
  return std::make_shared<acp_socket>(std::move(s), std::move(pipe), std::move(who), random_uuid());
}

} // namespace acpd::remote
