#include "server/net/hub.h"

#include "server/net/agent_link.h"
#include "server/net/index_access.h"
#include "server/net/index_service.h"
#include "server/net/link.h"
#include "server/net/remote_clients.h"

#include <chrono>
#include <sys/random.h>

namespace acpd::net {

std::string random_hex(std::size_t digits) {
  std::string bytes(digits / 2 + 1, '\0');
  if (::getrandom(bytes.data(), bytes.size(), 0) < 0) throw std::runtime_error("no random numbers");
  std::string out;
  for (unsigned char c : bytes) {
    out.push_back("0123456789abcdef"[c >> 4]);
    out.push_back("0123456789abcdef"[c & 15]);
  }
  out.resize(digits);
  return out;
}

hub::hub(asio::io_context& context, wire::config conf, wire::paths where,
         std::unique_ptr<store::writer> writer, store::reader reader, store::recovered found,
         hub** self)
    : io(context), config(std::move(conf)), paths(std::move(where)),
      pool(context, std::move(reader)), log(std::move(writer), found.epoch), started_ms(now_ms()),
      next_session(found.next_session), next_turn(found.next_turn),
      next_question(found.next_question), next_shim(found.next_shim) {
  *self = this; // before anything can be committed
  remote = std::make_unique<remote_clients>(*this, std::move(found.tokens), found.next_token);
  index = std::make_unique<index_service>(*this);
  index_tokens = std::make_unique<index_access>(*this);
  recover(std::move(found));
  index->start();
}

hub::~hub() = default;

std::int64_t hub::now_ms() const {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

session_host* hub::find(std::string_view sid) {
  auto at = by_sid_.find(std::string(sid));
  return at == by_sid_.end() ? nullptr : at->second;
}

session_host* hub::find(std::int64_t row) {
  auto at = sessions_.find(row);
  return at == sessions_.end() ? nullptr : at->second.get();
}

session_host& hub::add(core::session_seed seed) {
  const std::int64_t id = seed.id;
  auto& host = sessions_[id] = std::make_unique<session_host>(std::move(seed));
  by_sid_[host->core.data().sid] = host.get();
  return *host;
}

void hub::remove(session_host& host) {
  for (link* l : std::vector(host.log.followers))
    l->session_gone(host);
  watching.removed(host);
  index->forget(host.core.data().id);
  log.forget(host);
  by_sid_.erase(host.core.data().sid);
  sessions_.erase(host.core.data().id);
}

void hub::rename(session_host& host, std::string_view title) {
  const std::string_view said_so = said(host.core.data().agent);
  const bool v2 = host.core.data().version == protocol::acp_version::v2;
  const std::string_view of_session =
      v2 ? protocol::member(protocol::member(said_so, "capabilities"), "session")
         : protocol::member(protocol::member(said_so, "agentCapabilities"), "sessionCapabilities");
  step(host, core::rename_in{title, protocol::member(of_session, "title").starts_with('{')});
}

void hub::step(session_host& host, const core::event& e) {
  core::actions todo; // its memory is used again: one step per line
  if (!spare_actions_.empty()) {
    todo = std::move(spare_actions_.back());
    spare_actions_.pop_back();
  }
  host.last_at_ms = std::max(host.last_at_ms, now_ms());
  index->hear(host, e);
  host.core.step(e, host.last_at_ms, todo);
  apply(host, todo);
  todo.clear();
  spare_actions_.push_back(std::move(todo));
  watching.changed(host);
}

void hub::answer(const std::string& key, std::string_view response_line) {
  auto at = waiters_.find(key);
  if (at == waiters_.end()) return;
  auto who = std::move(at->second);
  waiters_.erase(at);
  for (waiter& w : who)
    if (auto l = w.who.lock()) l->answer(w.raw_id, w.n, response_line);
}

void hub::attach_waiters(const std::string& key, session_host& host, std::uint64_t cursor) {
  auto at = waiters_.find(key);
  if (at == waiters_.end()) return;
  for (waiter& w : at->second)
    if (auto l = w.who.lock(); l && l->open()) l->attach(host, cursor);
}

void hub::set_trouble(std::string text) {
  if (text.empty())
    spdlog::info("sessions.db can be written again");
  else
    spdlog::error("{}", text);
  trouble = std::move(text);
}

void hub::forget(agent_link& link) {
  log.forget(link);
  index_tokens->forget(link.id());
  agents.erase(link.id());
}

void session_host::show(const rendered_batch& batch) {
  log.show(batch);
  for (link* l : std::vector(log.followers))
    l->ring_bell(*this);
}

} // namespace acpd::net
