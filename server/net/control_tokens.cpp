// The verbs of tokens, and the tail of a session for a transport that was cut.
#include "protocol/errors.h"
#include "protocol/json_view.h"
#include "server/core/lines.h"
#include "server/net/control.h"
#include "server/net/hub.h"
#include "server/net/remote_clients.h"
#include "server/net/rows.h"


namespace acpd::net {

using namespace protocol;

namespace {

constexpr std::size_t longest_name = 64;

std::string token_json(const store::token_row& t) {
  std::string out = R"({"id":)" + std::to_string(t.id) + R"(,"name":)" + protocol::quoted(t.name) +
                    R"(,"role":")" +
                    (t.role == store::token_role::controller ? "controller" : "observer") +
                    R"(","createdAt":")" + iso_time(t.created_ms) + "\"";
  if (t.used_ms) out += R"(,"usedAt":")" + iso_time(t.used_ms) + "\"";
  return out + "}";
}

bool is_name(std::string_view name) {
  return name.size() <= longest_name &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789._-") == std::string_view::npos;
}

} // namespace

void control::tokens(const link::incoming& r) {
  // A token must not make tokens: whoever has one could keep the door open when it is revoked.
  if (link_.peer_ == 0)
    return link_.reply_error(r, invalid_request,
                             "tokens are made, listed and revoked on the daemon's own machine: run "
                             "`acpctl token` there");
  const std::string_view method = r.e.method.in(r.line);
  if (method == "_acpd/token/list") {
    std::string out = R"({"listen":)" + protocol::quoted(hub_.remote->address()) + R"(,"tokens":[)";
    bool first = true;
    for (const auto& [id, t] : hub_.remote->tokens())
      out += (std::exchange(first, false) ? "" : ",") + token_json(t);
    return link_.reply_result(r, out + "]}");
  }
  if (!hub_.trouble.empty()) return link_.reply_error(r, internal_error, hub_.trouble);
  if (method == "_acpd/token/new") return new_token(r);
  if (method == "_acpd/token/revoke") return revoke_token(r);
  link_.reply_error(r, method_not_found, "unknown method " + std::string(method));
}

void control::new_token(const link::incoming& r) {
  const std::string role = unquote(r.param("role")), name = unquote(r.param("name"));
  if (role != "controller" && role != "observer")
    return link_.reply_error(r, invalid_params,
                             "params.role: expected \"controller\" or \"observer\"");
  if (!is_name(name) ||
      (!name.empty() && name.find_first_not_of("0123456789") == std::string::npos))
    return link_.reply_error(r, invalid_params,
                             "params.name: letters, digits, '.', '_' and '-', at most " +
                                 std::to_string(longest_name) + ", and no number");
  auto made = hub_.remote->make(name, role == "controller" ? store::token_role::controller
                                                           : store::token_role::observer);
  if (!made) return link_.reply_error(r, made.error().code, made.error().text);
  std::string result = token_json(made->row);
  result.insert(1, R"("token":)" + protocol::quoted(made->token) + ",");
  hub_.log.after_commit(
      [l = link_.shared_from_this(), k = link::kept(r), result] { l->reply_result(k, result); });
}

void control::revoke_token(const link::incoming& r) {
  const std::string name = unquote(r.param("name"));
  if (!hub_.remote->revoke(name))
    return link_.reply_error(r, not_found,
                             "there is no token \"" + name +
                                 "\"; `acpctl token ls` shows those that exist");
  hub_.log.after_commit(
      [l = link_.shared_from_this(), k = link::kept(r)] { l->reply_result(k, "{}"); });
}

/// The notification stands where the tail begins: what came before it on this connection was still
/// from the old place.
void control::stream_resume(const link::incoming& r, session_host& host) {
  const std::string epoch = unquote(r.param("epoch"));
  const auto next = static_cast<std::uint64_t>(json_view{r.param("seq")}.number_or(0));
  if (!link_.refused_cursor(host, epoch, next))
    link_.emit(wire::bridge_frame::data, 0, 0, 0,
               core::notification_line("_acpd/stream/resumed",
                                       R"({"sessionId":)" + std::string(host.core.quoted_sid()) +
                                           R"(,"epoch":)" + protocol::quoted(epoch) + R"(,"seq":)" +
                                           std::to_string(next) + "}") +
                   "\n");
  link_.resume_tail(r, host, r.params());
}

} // namespace acpd::net
