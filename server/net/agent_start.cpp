#include "server/agent/shim_dir.h"
#include "server/core/lines.h"
#include "server/net/agent_link.h"
#include "server/net/hub.h"
#include "server/net/index_access.h"
#include "server/net/session_host.h"
#include "server/wire/known_agents.h"
#include "server/wire/quirks.h"

#include <fstream>
#include <iterator>
#include <map>

extern char** environ;

namespace acpd::net {

using agent::shim_frame;
using state = core::handshake::state;

namespace {

/// The agent's whole environment: the client's, acpd's own variables taken out, the configuration's
/// on top.
std::vector<std::string> environment(const std::vector<std::string>& base,
                                     const std::filesystem::path& file,
                                     const std::map<std::string, std::string>& configured,
                                     const std::string& shim) {
  std::map<std::string, std::string> all;
  const auto add = [&](std::string_view variable) {
    const std::size_t equals = variable.find('=');
    if (equals == std::string_view::npos || variable.starts_with("ACPD_")) return;
    all[std::string(variable.substr(0, equals))] = variable.substr(equals + 1);
  };
  std::string kept;
  if (std::ifstream in(file, std::ios::binary); !file.empty() && in)
    kept.assign(std::istreambuf_iterator<char>(in), {});
  if (kept.empty() && base.empty()) // a plain client's: the daemon's own
    for (char** variable = environ; *variable; ++variable)
      add(*variable);
  if (kept.empty())
    for (const std::string& variable : base)
      add(variable);
  for (std::size_t at = 0; at < kept.size();) {
    const std::size_t end = std::min(kept.find('\0', at), kept.size());
    add(std::string_view(kept).substr(at, end - at));
    at = end + 1;
  }
  for (const auto& [name, value] : configured)
    all[name] = value;
  all.try_emplace("PATH", wire::default_search_path); // it is looked up there, so it looks there
  all["ACPD_SESSION"] = shim; // acpctl knows by it that it runs under an agent
  std::vector<std::string> out;
  for (const auto& [name, value] : all)
    out.push_back(name + "=" + value);
  return out;
}

} // namespace

void hub::start_agent(session_host& host) {
  const core::session_seed& s = host.core.data();
  auto configured = wire::find_agent(config, s.agent);
  const std::int64_t id = next_shim++;
  const std::string dir = paths.state_dir / "shims" / (std::to_string(id) + "-" + random_hex(8));
  auto made = std::make_shared<agent_link>(*this, id, s.agent, dir);
  host.core.bind(id, 1);
  host.agent = made;
  agents[id] = made;
  made->serve(host);
  if (!configured) {
    asio::post(io, [made, text = configured.error().text] { made->give_up(text); });
    return;
  }
  log.put(made->row(false));
  log.after_commit([this, made, session = s.id, configured = *configured] {
    struct secrets {
      std::string auth, servers;
    };
    pool.read(
        [session, name = configured.name](store::reader& db) {
          return secrets{db.secret("auth:" + name).value_or(""),
                         db.secret("session:" + std::to_string(session)).value_or("[]")};
        },
        [this, made, session, configured](const secrets& found) mutable {
          session_host* there = find(session);
          if (!there || there->agent != made) return made->abandon(); // closed meanwhile
          const core::session_seed& seed = there->core.data();
          core::opening what;
          what.cwd = protocol::quoted(seed.cwd);
          what.additional_dirs = seed.additional_dirs;
          what.mcp_servers = found.servers;
          what.agent_sid = seed.agent_sid;
          what.had_turns = seed.turns > 0;
          what.chosen = seed.chosen;
          what.resume_refused = wire::refuses_resume(seed.agent);
          agent::spawn_spec spec;
          spec.cwd = seed.cwd;
          made->start(std::move(spec), configured, environment_file(session), found.auth);
          made->open(std::move(what), [made] { made->became_ready(); });
        });
  });
}

std::shared_ptr<agent_link> hub::start_probe(const wire::agent_config& agent,
                                             std::vector<std::string> env, std::string cwd) {
  const std::int64_t id = next_shim++;
  const std::string dir = paths.state_dir / "shims" / (std::to_string(id) + "-" + random_hex(8));
  auto made = std::make_shared<agent_link>(*this, id, agent.name, dir);
  agents[id] = made;
  log.put(made->row(false));
  agent::spawn_spec spec;
  spec.cwd = std::move(cwd);
  spec.env = std::move(env);
  log.after_commit([this, made, spec = std::move(spec), agent]() mutable {
    pool.read(
        [name = agent.name](store::reader& db) { return db.secret("auth:" + name).value_or(""); },
        [made, spec = std::move(spec), agent](std::string auth) mutable {
          made->start(std::move(spec), agent, {}, std::move(auth));
        });
  });
  log.flush();
  return made;
}

void agent_link::start(agent::spawn_spec what, const wire::agent_config& configured,
                       std::filesystem::path env_file, std::string auth) {
  handshake_.login_with(std::move(auth));
  what.dir = dir_;
  what.argv = configured.command;
  what.spool_limit = hub_.config.spool_bytes;
  what.linger = hub_.config.linger;
  order_ = {std::move(what), configured, std::move(env_file)};
  // Of each process, also of a session's own: its agent may be no connection's.
  when_initialised([this] { hub_.learn(order_.configured, handshake_.initialize_result()); });
  if (configured.acp_version == protocol::acp_version::v1) return spawn_shim();
  // Did it say before that it speaks v1 only?
  hub_.facts(configured, [self = shared_from_this()](const std::optional<std::string>& known) {
    if (!known || protocol::member(*known, "protocolVersion") != "1")
      self->handshake_.speak(protocol::acp_version::v2);
    self->spawn_shim();
  });
}

void agent_link::spawn_shim() {
  hub_.pool.block(
      [order = order_, state_dir = hub_.paths.state_dir]() mutable {
        auto own = order.configured.env;
        if (order.configured.name == "runner")
          own.emplace("ACPD_RUNNER_STATE", state_dir / "runner.db");
        order.what.env =
            environment(order.what.env, order.env_file, own, order.what.dir.filename());
        return agent::spawn_shim(order.what);
      },
      [self = shared_from_this()](auto done) { self->spawned(std::move(done)); });
}

void agent_link::spawned(std::expected<agent::spawned, agent::spawn_failure> done) {
  if (!done) {
    const bool missing = done.error().problem == agent::spawn_problem::command_not_found;
    return give_up(missing ? wire::not_installed(order_.configured)
                           : "the agent \"" + agent_name_ +
                                 "\" could not be started: " + done.error().text);
  }
  hello_ = done->hello;
  auto fd = agent::connect_shim(dir_);
  if (!fd)
    return give_up("the shim of the agent \"" + agent_name_ +
                   "\" ended at once: " + fd.error().text);
  connected(std::move(*fd));
  hub_.log.put(row(false));
  hub_.log.flush();
  if (!stopping_) next_step(handshake_.begin());
}

/// Nobody wants it any more, and it has not been started.
void agent_link::abandon() {
  gone_ = true;
  clean_up(false);
}

/// It could not be had at all.
void agent_link::give_up(std::string text) {
  spdlog::warn("agent={} shim={}: {}", agent_name_, id_, text);
  fail(std::move(text));
}

void agent_link::fail(std::string text, std::string error) {
  if (gone_) return;
  if (session_host* host = std::exchange(host_, nullptr)) {
    host->agent.reset();
    hub_.step(*host, core::agent_failed{std::move(text), std::move(error),
                                        !handshake_.lost_choice().empty()});
  } else if (failed_) {
    std::exchange(failed_, nullptr)(std::move(text), std::move(error));
  }
  if (socket_) {
    stop(); // its end cleans up
  } else {
    gone_ = true;
    clean_up(false);
  }
  hub_.log.flush();
}

void agent_link::when_initialised(std::move_only_function<void()> f) {
  if (!handshake_.initialize_result().empty()) return f();
  initialised_.push_back(std::move(f));
}

void agent_link::open(core::opening what, std::move_only_function<void()> on_open) {
  opened_ = std::move(on_open);
  hub_.index_tokens->offer(*this, what);
  next_step(handshake_.open(std::move(what)));
}

/// The handshake's next request, until it has what it was asked for.
void agent_link::next_step(std::optional<core::handshake::request> r) {
  if (r) {
    request(r->method, r->params, [this](std::string_view result, std::string_view error) {
      next_step(handshake_.on_response(result, error));
    });
  }
  const state now = handshake_.now();
  if (now == state::older) return start_again();
  if (!handshake_.initialize_result().empty())
    for (auto& f : std::exchange(initialised_, {}))
      f();
  if (now == state::failed && handshake_.initialize_result().empty())
    return fail("the agent \"" + agent_name_ + "\" refused to be initialised", handshake_.error());
  if (now != state::ready && now != state::failed) return;
  if (now == state::failed && host_)
    return fail("the agent \"" + agent_name_ + "\" gave no session", handshake_.error());
  if (now == state::ready && !handshake_.lost_choice().empty() && host_)
    return fail("a mode or option that was chosen for this session could not be set again, so the "
                "prompt was not sent; "
                "send it again to go on without it");
  if (opened_) std::exchange(opened_, nullptr)();
}

void agent_link::became_ready() {
  hub_.log.put(row(true));
  failed_ = nullptr;
  hub_.step(*host_, core::agent_ready{handshake_.agent_sid(), handshake_.modes(),
                                      handshake_.config_options(), handshake_.fresh_after_loss(),
                                      handshake_.version(), handshake_.commands()});
  for (const std::string& line : std::exchange(early_, {}))
    on_line(line);
}

store::shim_row agent_link::row(bool ready) const {
  store::shim_row r;
  r.id = id_;
  r.session = host_ ? host_->core.data().id : 0;
  r.agent = agent_name_;
  r.process = host_ ? host_->core.data().processes : 0;
  r.offset = consumed_;
  r.next_n = next_n();
  r.ready = ready;
  r.pid = hello_.shim_pid;
  r.agent_pid = hello_.agent_pid;
  r.agent_group = hello_.agent_group;
  r.agent_start = hello_.agent_start;
  return r;
}

void agent_link::adopt(std::uint64_t offset, std::map<std::uint64_t, std::string> unsent) {
  consumed_ = received_ = offset;
  if (host_) handshake_.speak(host_->core.data().version);
  for (auto& [n, line] : unsent)
    unsent_[n] = line + "\n";
}

void agent_link::reconnect() {
  hub_.pool.block([dir = dir_] { return agent::connect_shim(dir); },
                  [self = shared_from_this()](auto fd) {
                    if (fd) return self->connected(std::move(*fd));
                    self->shim_lost();
                  });
}

void agent_link::discard() {
  stopping_ = true;
  adopt(0, {});
  reconnect();
}

} // namespace acpd::net
