#include "server/net/feed.h"

#include "server/core/session.h"

#include <algorithm>

namespace acpd::net {

using protocol::acp_version;

namespace {

constexpr acp_version versions[] = {acp_version::v1, acp_version::v2};

std::size_t size_of(const chunk& c) { return c.bytes.size() + c.items.size() * sizeof(item); }

} // namespace

protocol::session_facts facts_of(const core::session_seed& session) {
  return {session.modes, session.config_options};
}

void feed::follow(link& l, acp_version version) {
  followers.push_back(&l);
  ++sides_[version].followers;
}

void feed::unfollow(link& l, acp_version version) {
  if (std::erase(followers, &l) == 0) return;
  if (--sides_[version].followers == 0) sides_[version].drop();
}

/// Rendered only for those who follow. A view for v2 can begin anywhere, so it is made when it is
/// needed; one for v1 must have seen a v2 agent's turn from its start.
bool feed::append(const store::entry& e, const core::session_seed& facts,
                  std::string_view quoted_sid, std::string_view epoch) {
  const bool first = !open_;
  if (first) open_ = std::make_shared<rendered_batch>();
  open_->last = e.seq;
  for (const acp_version v : versions) {
    side& s = sides_[v];
    std::shared_ptr<chunk>& c = open_->chunks[v];
    const bool primed = v == acp_version::v1 && e.version == 2;
    if (!c && s.followers > 0) c = std::make_shared<chunk>();
    if (!c && !primed) {
      if (v == acp_version::v2) s.view.reset(); // its facts would be out of date
      continue;
    }
    if (!s.view) s.view = std::make_unique<entry_view>(v, quoted_sid, epoch, facts_of(facts));
    if (c)
      s.view->append(*c, e);
    else
      s.view->prime(e);
  }
  return first;
}

void feed::show(const rendered_batch& batch) {
  committed = batch.last;
  for (const acp_version v : versions) {
    side& s = sides_[v];
    if (s.followers > 0 && batch.chunks[v])
      s.push(batch.chunks[v]);
    else
      s.drop(); // who came meanwhile reads this batch from the database
  }
}

std::shared_ptr<const chunk> feed::find(acp_version version, std::uint64_t seq) const {
  const auto& ring = sides_[version].ring;
  if (ring.empty() || seq < ring.front()->first || seq > ring.back()->last) return nullptr;
  auto at = std::ranges::upper_bound(ring, seq, {}, [](const auto& c) { return c->first; });
  return *std::prev(at);
}

void feed::continue_with(std::unique_ptr<entry_view> view) {
  const acp_version version = view->version();
  sides_[version].view = std::move(view);
}

void feed::side::push(std::shared_ptr<const chunk> c) {
  if (!ring.empty() && ring.back()->last + 1 != c->first) drop(); // began in mid-batch
  held += size_of(*c);
  ring.push_back(std::move(c));
  while (held > ring_bytes && ring.size() > 1) {
    held -= size_of(*ring.front());
    ring.pop_front();
  }
}

void feed::side::drop() {
  ring.clear();
  ring.shrink_to_fit();
  held = 0;
}

} // namespace acpd::net
