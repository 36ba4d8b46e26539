// session/fork: the agent copies its session, and acpd its log, so that editors see in the copy
// what was said before. The copy has a process of its own, which is asked to make it.
#include "protocol/errors.h"
#include "server/net/hub.h"
#include "server/net/link.h"

namespace acpd::net {

using namespace protocol;

bool link::is_fork(const incoming& r) { return r.e.method.in(r.line) == "session/fork"; }

/// The session that `r` forks; null: it makes a new one, or that one is gone.
session_host* link::parent_of(const incoming& r) {
  return is_fork(r) && r.e.session_id ? hub_.find(unquote(r.e.session_id.in(r.line))) : nullptr;
}

void link::fork(const incoming& r) {
  const session_host* parent = session_of(r);
  if (!parent) return; // answered
  if (parent->core.data().agent_sid.empty())
    return reply_error(r, invalid_params,
                       "the agent has nothing of this session yet: make a new one instead");
  new_session(r);
}

/// What the session begins with that `r` has asked for.
core::session_seed link::seed_for(const incoming& r, const std::string& agent) {
  const std::int64_t id = hub_.next_session++;
  std::string sid = "acpd-" + random_hex(20);
  core::session_seed seed;
  if (const session_host* parent = parent_of(r)) {
    seed = core::forked(parent->core.data(), id, std::move(sid));
  } else {
    seed.id = id;
    seed.sid = std::move(sid);
    seed.agent = agent;
    seed.title = unquote(r.param("title")); // of an import
  }
  seed.cwd = unquote(r.param("cwd"));
  seed.additional_dirs.clear();
  if (r.param("additionalDirectories").starts_with('['))
    seed.additional_dirs = r.param("additionalDirectories");
  return seed;
}

} // namespace acpd::net
