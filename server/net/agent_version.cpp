// An agent that is configured for ACP v2 and speaks v1 only: a v2 initialize has told it nothing of
// what acpd can do in v1, and it may be asked but once. So its process is ended and another one is
// asked in v1's own words; that it is so is remembered with its answer (agent_facts).
#include "server/net/agent_link.h"
#include "server/net/hub.h"
#include "server/net/session_host.h"

namespace acpd::net {

void agent_link::start_again() {
  spdlog::info("agent={} shim={} speaks ACP v1 only: it is started again", agent_name_, id_);
  again_ = true; // what it still says is not heard
  // Not within the line that is being read: all that reads it is made anew.
  asio::post(hub_.io, [self = shared_from_this()] {
    if (self->gone_) return;
    self->kill_shim();
    self->end_process(true, [self] { self->started_again(); });
  });
}

void agent_link::started_again() {
  detach();
  if (gone_) return;
  if (stopping_) { // nobody wants it any more
    gone_ = true;
    return clean_up(false);
  }
  hub_.log.forget(*this); // the first process' offset is of no use
  unsent_.clear();
  calls_.clear();
  out_.clear();
  early_.clear();
  received_ = consumed_ = 0;
  hello_ = {};
  hello_seen_ = false;
  again_ = false;
  spawn_shim();
}

} // namespace acpd::net
