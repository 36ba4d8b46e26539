// Who is attached, leaving for good, and the states of all sessions.
#include "server/net/control.h"
#include "server/net/hub.h"

#include <algorithm>

namespace acpd::net {

namespace {

std::string client_json(const link& l, bool own) {
  const client_card& c = l.card();
  std::string out = R"({"name":)" + protocol::quoted(c.name);
  if (!c.version.empty()) out += R"(,"version":)" + protocol::quoted(c.version);
  return out + R"(,"since":")" + iso_time(c.since_ms) + R"(","role":")" +
         (c.observer ? "observer" : "controller") + R"(","from":")" + c.from + R"(","own":)" +
         (own ? "true}" : "false}");
}

} // namespace

void control::clients(const link::incoming& r, session_host& host) {
  std::string out;
  for (const link* l : host.log.followers)
    out += (out.empty() ? "" : ",") + client_json(*l, l == &link_);
  link_.reply_result(r, R"({"clients":[)" + out + "]}");
}

/// The answer means: the client may end, the session goes on.
void control::detach(const link::incoming& r, session_host& host) {
  const core::session& c = host.core;
  std::string out = R"({"state":")" + std::string(state_of(host)) + R"(","queued":)" +
                    std::to_string(c.queue().size());
  if (c.running()) out += R"(,"turn":)" + std::to_string(c.running()->number);
  spdlog::info("session={} client={} detached: {}", c.data().sid, link_.author_,
               protocol::unquote(r.param("reason")));
  link_.leave(host);
  later(r, out + "}");
}

/// The answer is how everything is; what changes follows as `_acpd/watch/changed`.
void control::watch(const link::incoming& r) {
  if (r.param("stop") == "true") {
    hub_.watching.stop_watching(link_);
    return link_.reply_result(r, "{}");
  }
  hub_.watching.add(link_, {.watch = true}, false);
  later(r, hub_.watching.whole_list());
}

} // namespace acpd::net
