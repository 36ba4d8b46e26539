// `_acpd/log`: a session's entries, as they are.
#include "protocol/errors.h"
#include "server/net/control.h"
#include "server/net/hub.h"
#include "server/net/rows.h"

#include <charconv>

namespace acpd::net {

using namespace protocol;

namespace {

std::int64_t number(std::string_view raw, std::int64_t otherwise) {
  std::int64_t n = otherwise;
  std::from_chars(raw.data(), raw.data() + raw.size(), n);
  return n;
}

/// Entries as _acpd/log gives them: what an editor would get, as one JSON value each.
std::string log_entries(store::reader& db, std::int64_t session, std::uint64_t from,
                        std::uint64_t to, std::size_t limit, const std::string& sid,
                        const std::string& epoch) {
  std::string out = "[";
  std::size_t count = 0;
  db.entries(session, from, to, [&](const store::entry& e) {
    if (count++) out += ',';
    out +=
        R"({"seq":)" + std::to_string(e.seq) + R"(,"at":")" + iso_time(e.at_ms) + R"(","kind":")";
    out.append(name_of(e.kind)).append(R"(","turn":)").append(std::to_string(e.turn));
    if (!e.bytes.empty()) out.append(R"(,"frame":)").append(logged_line(e, sid, epoch));
    out += '}';
    return count < limit && out.size() < (std::size_t{4} << 20);
  });
  return out + "]";
}

} // namespace

void control::read_log(const link::incoming& r, session_host& host) {
  const auto from =
      static_cast<std::uint64_t>(std::max<std::int64_t>(1, number(r.param("from"), 1)));
  const auto limit =
      static_cast<std::size_t>(std::clamp<std::int64_t>(number(r.param("limit"), 1000), 1, 10'000));
  const std::int64_t wait = std::clamp<std::int64_t>(number(r.param("waitMs"), 0), 0, 30'000);
  const std::int64_t session = host.core.data().id;
  auto reply = [this_hub = &hub_, l = link_.shared_from_this(), k = link::kept(r), from, limit,
                session] {
    session_host* there = this_hub->find(session);
    if (!there) return l->reply_error(k, not_found, "the session was deleted");
    const std::uint64_t head = there->log.committed;
    this_hub->pool.read(
        [session, from, head, limit, sid = std::string(there->core.quoted_sid()),
         epoch = this_hub->log.epoch()](store::reader& db) {
          return R"({"epoch":")" + epoch + R"(","head":)" + std::to_string(head) +
                 R"(,"entries":)" + log_entries(db, session, from, head, limit, sid, epoch) + "}";
        },
        [l, k](std::string result) { l->reply_result(k, result); });
  };
  if (from <= host.log.committed || wait == 0) return reply();
  // Nothing there yet: looked at again every 100 ms, which costs a person's `log --follow` nothing.
  struct poll {
    asio::steady_timer timer;
    std::int64_t until;
  };
  auto p = std::make_shared<poll>(poll{asio::steady_timer(hub_.io), hub_.now_ms() + wait});
  auto again = std::make_shared<std::function<void()>>();
  *again = [this_hub = &hub_, p, reply, from, session, l = link_.shared_from_this(),
            weak = std::weak_ptr(again)] {
    session_host* there = this_hub->find(session);
    if (!l->open()) return;
    if (!there || from <= there->log.committed || this_hub->now_ms() >= p->until) return reply();
    p->timer.expires_after(std::chrono::milliseconds(100));
    p->timer.async_wait([keep = weak.lock()](error_code ec) {
      if (!ec && keep) (*keep)();
    });
  };
  (*again)();
}

} // namespace acpd::net
