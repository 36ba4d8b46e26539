#include "server/net/index_service.h"

#include "protocol/errors.h"
#include "server/net/agent_link.h"
#include "server/net/hub.h"
#include "server/wire/known_agents.h"

#include <algorithm>

namespace acpd::net {

using namespace protocol;

namespace {

constexpr auto between_sweeps = std::chrono::seconds(30);
constexpr auto between_looks = std::chrono::milliseconds(500);
constexpr auto refused_for = std::chrono::seconds(5); // then it is tried again
constexpr unsigned most_tries = 3; // a question that ends the worker does not go round for ever

failure failure_of(std::string_view error) {
  const std::string code = unquote(member(error, "code"));
  const bool asker = code == "bad_request" || code == "no_folder" || code == "too_wide" ||
                     code == "too_many_files";
  return {asker ? invalid_params : internal_error, unquote(member(error, "text"))};
}

std::string string_array(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts)
    out += (out.empty() ? "" : ",") + protocol::quoted(text);
  return "[" + out + "]";
}

std::string about(std::string_view what, const std::string& key) {
  return R"("do":")" + std::string(what) + R"(","workspace":")" + key + "\"";
}

} // namespace

index_service::index_service(hub& h)
    : hub_(h), dir_(h.paths.state_dir / "index"),
      worker_(h.io, h.pool, wire::beside_this_executable("acpd-index"),
              {[this] { worker_began(); }, [this](std::string_view line) { worker_told(line); }}),
      deadline_timer_(h.io), sweep_timer_(h.io), tell_timer_(h.io) {}

void index_service::start() {
  if (!hub_.config.index.enabled) return;
  hub_.pool.block([dir = dir_] { return read_records(dir); },
                  [this](const std::vector<index_record>& found) {
                    for (const index_record& r : found) {
                      folder& f = entry(r.root);
                      f.record.kept = f.record.kept || r.kept;
                      f.record.wide = f.record.wide || r.wide;
                      if (r.kept) use(r.root);
                    }
                  });
}

index_service::folder& index_service::entry(const std::string& root) {
  const auto [at, is_new] = folders_.try_emplace(root);
  if (is_new) {
    at->second.record.root = root;
    at->second.key = folder_key(root);
  }
  return at->second;
}

index_service::folder* index_service::find(const std::string& root) {
  const auto at = folders_.find(root);
  if (at == folders_.end()) return nullptr;
  return at->second.now == state::linked ? &entry(at->second.real) : &at->second;
}

// ---- folders

void index_service::use(const std::string& root) {
  if (!hub_.config.index.enabled || root.empty() || hub_.stopping) return;
  folder& f = entry(root);
  f.used = clock::now();
  if (f.now == state::linked) return use(f.real);
  const bool again = f.now == state::refused && f.used - f.opened > refused_for;
  if (f.now == state::closed || again) open(f);
  arm_sweep();
}

void index_service::open(folder& f) {
  f.now = state::opening;
  f.opened = clock::now();
  hub_.pool.block(
      [root = f.record.root] {
        std::error_code ec; // the worker says what is wrong with it
        const auto real = std::filesystem::canonical(root, ec);
        return ec ? root : real.string();
      },
      [this, root = f.record.root](const std::string& real) { resolved(root, real); });
}

/// One index a folder, by however many names it is known.
void index_service::resolved(const std::string& root, const std::string& real) {
  const auto at = folders_.find(root);
  if (at == folders_.end() || at->second.now != state::opening) return;
  folder& f = at->second;
  f.real = real;
  if (real == root) return begin(f);
  f.now = state::linked;
  folder& meant = entry(real);
  if (meant.now == state::linked) close(meant); // it was a link once, and is a folder now
  meant.record.wide = meant.record.wide || f.record.wide;
  if (std::exchange(f.record.kept, false)) {
    meant.record.kept = true;
    write_down(meant);
  }
  use(real);
  for (const auto& q : std::exchange(f.waiting, {})) {
    q->root = real;
    pass_on(q);
  }
}

void index_service::begin(folder& f) {
  write_down(f);
  if (worker_.runs()) return send_add(f);
  worker_.want(); // worker_began() sends it
}

void index_service::write_down(const folder& f) {
  hub_.pool.block(
      [dir = dir_, record = f.record] {
        write_record(dir, record);
        return 0;
      },
      [](int) {});
}

void index_service::send_add(folder& f) {
  const wire::index_config& c = hub_.config.index;
  std::string members = about("add", f.key) + R"(,"root":)" + protocol::quoted(f.record.root) +
                        R"(,"db":)" + protocol::quoted((dir_ / f.key / "index.db").string()) +
                        R"(,"deny":)" + string_array(c.deny) + R"(,"include":)" +
                        string_array(c.include) + R"(,"allow_wide_roots":)" +
                        (f.record.wide ? "true" : "false");
  worker_.ask(members, [this, root = f.record.root](std::string_view ok, std::string_view error) {
    opened(root, ok, error);
  });
}

void index_service::opened(const std::string& root, std::string_view ok, std::string_view error) {
  const auto at = folders_.find(root);
  if (at == folders_.end() || at->second.now != state::opening) return;
  folder& f = at->second;
  if (unquote(member(error, "code")) == index_worker::ended_code)
    return; // worker_began() tries again
  auto waiting = std::exchange(f.waiting, {});
  if (ok.empty()) {
    f.now = state::refused;
    f.refusal = failure_of(error);
    spdlog::warn("index of {}: {}", root, f.refusal.text);
    for (const auto& q : waiting)
      finish(q, std::unexpected(f.refusal));
    return;
  }
  f.now = state::open;
  covers(f, member(ok, "coverage"));
  for (const auto& q : waiting)
    send(q);
}

/// No longer watched; its index stays for the next time.
void index_service::close(folder& f) {
  if (f.now == state::open && worker_.runs())
    worker_.ask(about("remove", f.key), [](std::string_view, std::string_view) {});
  f.now = state::closed;
  f.real.clear(); // a link may lead elsewhere by then
  f.coverage.clear();
  for (const auto& q : std::exchange(f.waiting, {}))
    finish(q, std::unexpected(failure{internal_error,
                                      "the index of " + f.record.root + " was closed; ask again"}));
}

void index_service::worker_began() {
  for (auto& [root, f] : folders_) {
    if (f.now == state::open) f.now = state::opening;
    if (f.now == state::opening && f.real == root) send_add(f);
  }
}

void index_service::worker_told(std::string_view line) {
  const std::string key = unquote(member(line, "workspace"));
  for (auto& [root, f] : folders_)
    if (f.key == key && f.now == state::open) return covers(f, member(line, "coverage"));
}

void index_service::covers(folder& f, std::string_view coverage) {
  if (f.coverage == coverage) return;
  f.coverage = coverage;
  for (subscriber& s : subscribers_)
    s.due.insert(f.record.root);
  tell_subscribers();
  for (const auto& [id, host] : hub_.sessions())
    if (find(folder_name(host->core.data().cwd)) == &f) hub_.watching.changed(*host);
}

std::string_view index_service::coverage(const std::string& root) {
  const folder* f = find(root);
  return f ? std::string_view(f->coverage) : std::string_view();
}

std::string index_service::folder_around(const std::string& path) const {
  std::string found = path;
  std::size_t best = 0;
  for (const auto& [root, f] : folders_)
    if (lies_in(path, root) && root.size() > best) {
      found = root;
      best = root.size();
    }
  return found;
}

void index_service::hear(const session_host& host, const core::event& e) {
  if (folders_.empty()) return;
  if (const auto* said = std::get_if<core::agent_line>(&e))
    return changed(hints_.heard(host.core.data().id, said->line, said->e));
  const auto* answer = std::get_if<core::answer_in>(&e);
  if (!answer || answer->result.empty()) return;
  const auto q = host.core.questions().find(answer->question);
  if (q == host.core.questions().end() || q->second.method != "fs/write_text_file") return;
  if (const auto asked = scan(q->second.line); asked && asked->params)
    changed({unquote(member(asked->params.in(q->second.line), "path"))});
}

void index_service::changed(const std::vector<std::string>& paths) {
  if (paths.empty()) return;
  for (const auto& [root, named] : folders_) {
    const folder& f = *find(root);
    if (f.now != state::open) continue;
    std::vector<std::string> below;
    for (const std::string& path : paths)
      if (path != root && lies_in(path, root))
        below.push_back(path.substr(root == "/" ? 1 : root.size() + 1));
    if (!below.empty())
      worker_.hint(about("changed", f.key) + R"(,"paths":)" + string_array(below));
  }
}

// ---- questions

void index_service::ask(const std::string& root, std::string members, answer done) {
  use(root);
  pose(root, std::move(members), std::move(done));
}

/// Without keeping the folder in use.
void index_service::pose(const std::string& root, std::string members, answer done) {
  const auto refuse = [&](int code, std::string text) {
    done(std::unexpected(failure{code, std::move(text)}));
  };
  if (!hub_.config.index.enabled)
    return refuse(internal_error, "the code index is switched off: [index] enabled in config.toml");
  if (asked_.size() >= most_questions)
    return refuse(internal_error,
                  "the code index has too many questions to answer; ask again later");
  entry(root);
  auto q = std::make_shared<question>(find(root)->record.root, std::move(members), std::move(done),
                                      clock::now() + patience);
  asked_.push_back(q);
  arm_deadlines();
  pass_on(q);
}

void index_service::pass_on(const shared_question& q) {
  folder& f = entry(q->root);
  if (f.now == state::refused) return finish(q, std::unexpected(f.refusal));
  if (f.now == state::open && worker_.runs()) return send(q);
  f.waiting.push_back(q);
}

void index_service::send(const shared_question& q) {
  if (!q->done) return; // it was too late meanwhile
  ++q->tries;
  worker_.ask(q->members + R"(,"workspace":")" + entry(q->root).key + "\"",
              [this, q](std::string_view ok, std::string_view error) { answered(q, ok, error); });
}

void index_service::answered(const shared_question& q, std::string_view ok,
                             std::string_view error) {
  folder& f = entry(q->root);
  if (!ok.empty()) {
    if (const auto covered = member(ok, "coverage"); !covered.empty()) covers(f, covered);
    return finish(q, std::string(ok));
  }
  const std::string code = unquote(member(error, "code"));
  if (code == index_worker::ended_code && q->tries < most_tries && f.now != state::closed) {
    f.now = state::opening; // worker_began() opens it again
    f.waiting.push_back(q);
    return;
  }
  finish(q, std::unexpected(failure_of(error)));
}

void index_service::finish(const shared_question& q, const protocol::result<std::string>& what) {
  std::erase(asked_, q);
  if (!q->done) return;
  std::exchange(q->done, nullptr)(what);
  hub_.log.flush();
}

void index_service::arm_deadlines() {
  if (std::exchange(deadlines_armed_, true)) return;
  deadline_timer_.expires_after(between_looks);
  deadline_timer_.async_wait([this](error_code ec) {
    if (ec) return;
    deadlines_armed_ = false;
    const auto now = clock::now();
    for (const shared_question& q : std::vector(asked_)) {
      if (q->until > now) continue;
      std::erase(entry(q->root).waiting, q);
      const std::string why = worker_.problem().empty() ? "" : ": " + worker_.problem();
      finish(q, std::unexpected(failure{internal_error, "the code index of " + q->root +
                                                            " did not answer in time" + why}));
    }
    if (!asked_.empty()) arm_deadlines();
  });
}

// ---- what nobody uses

void index_service::arm_sweep() {
  if (std::exchange(sweep_armed_, true)) return;
  sweep_timer_.expires_after(
      std::min<std::chrono::milliseconds>(between_sweeps, hub_.config.index.idle));
  sweep_timer_.async_wait([this](error_code ec) {
    if (ec) return;
    sweep_armed_ = false;
    sweep();
  });
}

void index_service::sweep() {
  const auto idle = hub_.config.index.idle;
  const std::int64_t since =
      hub_.now_ms() - std::chrono::duration_cast<std::chrono::milliseconds>(idle).count();
  for (const auto& [id, host] : hub_.sessions())
    if (host->agent && (host->core.running() || host->last_at_ms > since))
      for (const std::string& root : folders_of(host->core.data()))
        use(root);
  bool any = false;
  for (auto& [root, f] : folders_) {
    if (f.now != state::closed && !f.record.kept && clock::now() - f.used > idle) {
      spdlog::info("index of {}: closed, nobody has used it for {} s", root, idle.count());
      close(f);
    }
    any = any || (f.now != state::closed && f.now != state::linked);
  }
  if (any) return arm_sweep();
  worker_.end();
}

} // namespace acpd::net
