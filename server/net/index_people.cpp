// The index as people see and steer it.
#include "protocol/errors.h"
#include "server/core/lines.h"
#include "server/net/hub.h"
#include "server/net/index_service.h"
#include "server/net/link.h"

namespace acpd::net {

using namespace protocol;

namespace {
constexpr auto until_it_reads = std::chrono::milliseconds(250);
} // namespace

void index_service::add(const std::string& root, bool wide, answer done) {
  if (hub_.config.index.enabled) {
    entry(root);
    folder& f = *find(root);
    f.record.kept = true;
    f.record.wide = f.record.wide || wide;
    f.used = clock::now();
    if (f.now == state::refused || f.now == state::closed)
      open(f);
    else
      write_down(f);
  }
  status(root, [this, root, done = std::move(done)](const result<std::string>& what) mutable {
    folder* f = find(root);
    if (f && f->now == state::refused) {
      f->record.kept = false; // what cannot be indexed is not tried for ever
      write_down(*f);
    }
    done(what);
  });
}

/// Closed, and its index deleted. A session that works in there opens it anew when its agent
/// starts.
void index_service::remove(const std::string& named, answer done) {
  folder* f = find(named);
  if (!f)
    return done(std::unexpected(
        failure{not_found, named + " is not indexed; `acpctl index status` shows what is"}));
  const std::string root = f->record.root;
  close(*f);
  std::erase_if(folders_, [&](const auto& each) {
    return each.first == root || (each.second.now == state::linked && each.second.real == root);
  });
  hub_.pool.block([dir = dir_, root] { return remove_index(dir, root); },
                  [root, done = std::move(done)](bool gone) mutable {
                    if (gone) return done(std::string("{}"));
                    done(std::unexpected(
                        failure{internal_error, "the index of " + root + " could not be deleted"}));
                  });
}

void index_service::rebuild(const std::string& root, answer done) {
  if (!folders_.contains(root))
    return done(std::unexpected(
        failure{not_found, root + " is not indexed; `acpctl index add` does that"}));
  ask(root, R"("do":"rebuild")", std::move(done));
}

std::string index_service::folder_json(const folder& f) const {
  static constexpr std::string_view names[] = {"closed", "opening", "open", "refused", "linked"};
  std::string out = R"({"root":)" + protocol::quoted(f.record.root) + R"(,"state":")" +
                    std::string(names[static_cast<std::size_t>(f.now)]) + R"(","kept":)" +
                    (f.record.kept ? "true" : "false");
  if (!f.coverage.empty()) out.append(R"(,"coverage":)").append(f.coverage);
  if (f.now == state::refused) out += R"(,"problem":)" + protocol::quoted(f.refusal.text);
  return out + "}";
}

/// Of one folder with what the worker knows of it, else of all from memory.
void index_service::status(const std::string& root, answer done) {
  if (root.empty()) {
    std::string out = R"({"enabled":)";
    out += hub_.config.index.enabled ? "true" : "false";
    if (worker_.runs()) out += R"(,"pid":)" + std::to_string(worker_.pid());
    out += R"(,"restarts":)" + std::to_string(worker_.restarts());
    if (!worker_.problem().empty()) out += R"(,"problem":)" + protocol::quoted(worker_.problem());
    out += R"(,"folders":[)";
    bool first = true;
    for (const auto& [name, f] : folders_)
      if (f.now != state::linked) out += (std::exchange(first, false) ? "" : ",") + folder_json(f);
    return done(out + "]}");
  }
  const folder* known = find(root);
  if (!known && hub_.config.index.enabled)
    return done(std::unexpected(
        failure{not_found, root + " is not indexed; `acpctl index add` does that"}));
  if (known && known->now == state::closed)
    return done(folder_json(*known)); // looking opens nothing, and keeps nothing open
  pose(root, R"("do":"status")",
       [this, root, done = std::move(done)](const result<std::string>& what) mutable {
         const folder* f = find(root);
         if (f && f->now == state::closed) return done(folder_json(*f)); // meanwhile
         if (!what || !f) return done(what);
         std::string out = folder_json(*f);
         out.pop_back();
         for (const auto name : {"chunks", "database_bytes"})
           if (const auto value = member(*what, name); !value.empty())
             out.append(",\"").append(name).append("\":").append(value);
         done(out + "}");
       });
}

// ---- progress

void index_service::tell_of_progress(link& client) {
  subscriber s{client.weak_from_this(), {}};
  for (const auto& [root, f] : folders_)
    if (!f.coverage.empty()) s.due.insert(root);
  subscribers_.push_back(std::move(s));
  tell_subscribers();
}

void index_service::tell_subscribers() {
  bool lags = false;
  std::erase_if(subscribers_, [](const subscriber& s) {
    const auto there = s.who.lock();
    return !there || !there->open();
  });
  for (std::size_t i = 0; i < subscribers_.size(); ++i) { // telling may end a client
    const auto client = subscribers_[i].who.lock();
    if (client->lags()) {
      lags = true;
      continue;
    }
    std::string lines;
    for (const std::string& root : std::exchange(subscribers_[i].due, {}))
      if (const auto at = folders_.find(root); at != folders_.end())
        lines += core::notification_line("_acpd/index/progress", folder_json(at->second)) + "\n";
    if (!lines.empty()) client->tell(lines);
  }
  if (!lags || std::exchange(tell_armed_, true)) return;
  tell_timer_.expires_after(until_it_reads);
  tell_timer_.async_wait([this](error_code ec) {
    if (ec) return;
    tell_armed_ = false;
    tell_subscribers();
  });
}

} // namespace acpd::net
