#include "server/net/remote/observer.h"

#include "protocol/envelope.h"
#include "protocol/errors.h"
#include "protocol/splice.h"
#include "server/wire/bridge_frames.h"

#include <algorithm>
#include <array>

namespace acpd::remote {

using namespace protocol;
using wire::bridge_frame;

namespace {

constexpr std::array<std::string_view, 17> reading{
    "initialize",          "session/list",         "session/load",
    "session/resume",      "session/status",       "auth/status",
    "_acpd/status",        "_acpd/session/status", "_acpd/session/clients",
    "_acpd/log",           "_acpd/pending/list",   "_acpd/watch",
    "_acpd/stream/resume", "_acpd/ping",           "_acpd/queue/list",
    "_acpd/agents/list",   "_acpd/index/status"};

bool reads(std::string_view method) {
  return std::ranges::any_of(reading, [&](std::string_view m) { return same_text(method, m); });
}

std::string error_line(std::string_view raw_id, int code, const std::string& text) {
  return R"({"jsonrpc":"2.0","id":)" + std::string(raw_id) + R"(,"error":{"code":)" +
         std::to_string(code) + R"(,"message":)" + quoted(text) + "}}";
}

/// What is left of an editor's abilities: those that change only what it is shown.
std::string harmless(std::string_view capabilities) {
  const std::string_view session = member(capabilities, "session");
  return session.starts_with('{') ? R"({"session":)" + std::string(session) + "}" : "{}";
}

std::string without_powers(std::string_view line, const envelope& e) {
  const std::string_view params = e.params.in(line);
  const std::string_view v1 = member(params, "clientCapabilities");
  const std::string_view v2 = member(params, "capabilities");
  // null: no list at all, where [] would replace the controller's
  const std::string_view servers = member(params, "mcpServers");
  std::string out;
  apply(out, line,
        {{span_of(v1, line), harmless(v1)},
         {span_of(v2, line), harmless(v2)},
         {span_of(servers, line), "null"}});
  return out;
}

/// The hello of a bridge without its environment (no agent starts for it), and with the initialize
/// of an earlier connection as from_client() lets it pass.
std::string harmless_hello(std::string_view hello) {
  std::string out = "{";
  for_each_member(hello, [&](std::string_view key, std::string_view value) {
    if (key == "env") return;
    out += (out.size() > 1 ? ",\"" : "\"") + std::string(key) + "\":";
    out += key == "initialize" ? quoted(observer().from_client(unquote(value)).text)
                               : std::string(value);
  });
  return out + "}";
}

} // namespace

observer::verdict observer::from_client(std::string_view line) const {
  const auto e = scan(line);
  if (!e) return {verdict::forward, std::string(line)}; // the daemon says what is wrong with it
  if (e->kind != shape::request) {
    // $/cancel_request reaches nothing but this client's own requests.
    const bool own =
        e->kind == shape::notification && same_text(e->method.in(line), "$/cancel_request");
    if (own) return {verdict::forward, std::string(line)};
    return {verdict::drop, {}};
  }
  const std::string_view method = e->method.in(line);
  if (!reads(method))
    return {verdict::reply,
            error_line(e->id.in(line), observer_refused,
                       std::string(method) + " is refused: this token's role is observer, which "
                                             "looks on; `acpctl token new --role controller` "
                                             "makes one that may do it")};
  return {verdict::forward, e->params ? without_powers(line, *e) : std::string(line)};
}

bool observer::to_client(std::string_view line, std::string& answer) {
  const auto e = scan(line);
  if (!e || e->kind == shape::response) return true;
  const std::string_view method = e->method.in(line);
  if (e->kind == shape::request) {
    const std::string_view id = e->id.in(line);
    // Questions for a person wait for one who may answer; an extension's would wait for this
    // client.
    if (same_text(method, "session/request_permission") || same_text(method, "elicitation/create"))
      kept_back_.emplace_back(id);
    else
      answer = error_line(id, method_not_found, "this client only looks on");
    return false;
  }
  if (!same_text(method, "$/cancel_request")) return true;
  const auto at = std::ranges::find(kept_back_, member(e->params.in(line), "requestId"));
  if (at == kept_back_.end()) return true;
  kept_back_.erase(at);
  return false;
}

observer_frames::output observer_frames::from_client(std::string_view bytes) {
  output out;
  if (magic_.size() < wire::bridge_magic.size()) {
    const std::size_t n = std::min(bytes.size(), wire::bridge_magic.size() - magic_.size());
    magic_.append(bytes.substr(0, n));
    bytes.remove_prefix(n);
    if (!wire::bridge_magic.starts_with(magic_)) return {{}, {}, true};
    if (magic_.size() == wire::bridge_magic.size()) out.to_daemon = magic_;
  }
  out.broken = !client_.feed(bytes, [&](const wire::frame_header& h, std::string_view payload) {
    client_frame(h, payload, out);
  });
  return out;
}

void observer_frames::client_frame(const wire::frame_header& h, std::string_view payload,
                                   output& out) {
  switch (static_cast<bridge_frame>(h.type)) {
  case bridge_frame::hello: { // the initialize of an earlier connection stands in it
    return wire::append_frame(out.to_daemon, h, harmless_hello(payload));
  }
  case bridge_frame::line: {
    const observer::verdict v = lines_.from_client(payload);
    if (v.what == observer::verdict::forward) return wire::append_frame(out.to_daemon, h, v.text);
    // Settled here: an answer, or the acknowledgement of what has none.
    const bool answered = v.what == observer::verdict::reply;
    const auto type = answered ? bridge_frame::answer : bridge_frame::ack;
    return wire::append_frame(out.to_client,
                              {.type = static_cast<std::uint8_t>(type), .number = h.number},
                              answered ? v.text + "\n" : std::string());
  }
  default: return wire::append_frame(out.to_daemon, h, payload);
  }
}

observer_frames::output observer_frames::from_daemon(std::string_view bytes) {
  output out;
  out.broken = !daemon_.feed(bytes, [&](const wire::frame_header& h, std::string_view payload) {
    daemon_frame(h, payload, out);
  });
  return out;
}

void observer_frames::daemon_frame(const wire::frame_header& h, std::string_view payload,
                                   output& out) {
  const auto type = static_cast<bridge_frame>(h.type);
  if (type != bridge_frame::ask && type != bridge_frame::withdraw)
    return wire::append_frame(out.to_client, h, payload);
  std::string
      answer; // an extension's request has no answer of ours here: no number to send it under
  if (lines_.to_client(payload.substr(0, payload.find('\n')), answer))
    return wire::append_frame(out.to_client, h, payload);
  // The cursor moves all the same.
  wire::frame_header moved = h;
  moved.type = static_cast<std::uint8_t>(bridge_frame::data);
  wire::append_frame(out.to_client, moved, {});
}

} // namespace acpd::remote
