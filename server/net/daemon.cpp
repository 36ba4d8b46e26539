#include "server/net/daemon.h"

#include "server/net/agent_link.h"
#include "server/net/hub.h"
#include "server/net/idle_exit.h"
#include "server/net/instance.h"
#include "server/net/link.h"
#include "server/net/listener.h"
#include "server/net/remote_clients.h"
#include "server/wire/agent_updates.h"
#include "server/wire/config.h"

#include <csignal>
#include <malloc.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/stat.h>

namespace acpd::net {

namespace {

constexpr auto slow_handler = std::chrono::milliseconds(50);

void open_log(const std::filesystem::path& file, const std::string& level, bool background) {
  std::vector<spdlog::sink_ptr> sinks;
  sinks.push_back(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file.string(),
                                                                         std::size_t{5} << 20, 3));
  if (!background) sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
  auto logger = std::make_shared<spdlog::logger>("acpd", sinks.begin(), sinks.end());
  logger->set_level(spdlog::level::from_str(level));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
  ::chmod(file.c_str(), 0600);
}

/// Runs handlers until told to stop; says which held the session thread up.
void run(asio::io_context& io) {
  while (!io.stopped()) {
    const auto begin = std::chrono::steady_clock::now();
    if (io.poll_one() == 0) {
      io.run_one();
      continue;
    }
    const auto took = std::chrono::steady_clock::now() - begin;
    if (took > slow_handler)
      spdlog::warn("a handler held the session thread for {} ms",
                   std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
  }
}

/// Everything between the lock and the end. Returns what is to be said when it cannot run.
protocol::result<void> run_daemon(const wire::paths& where, const wire::config& config, int ready,
                                  bool background) {
  auto db = store::database::open(where.state_dir);
  if (!db) return std::unexpected(protocol::failure{0, db.error().text});
  store::recovered found = db->recover();
  auto reader = store::reader::open(where.state_dir);
  if (!reader) return std::unexpected(protocol::failure{0, reader.error().text});

  asio::io_context io(1);
  hub* the_hub = nullptr;
  store::writer::callbacks callbacks;
  callbacks.on_done = [&io, &the_hub] { asio::post(io, [&the_hub] { the_hub->log.take_done(); }); };
  callbacks.on_trouble = [&io, &the_hub](std::string text) {
    asio::post(io, [&the_hub, text = std::move(text)] { the_hub->set_trouble(text); });
  };
  auto writer =
      std::make_unique<store::writer>(std::move(*db), where.state_dir, std::move(callbacks));
  hub h(io, config, where, std::move(writer), std::move(*reader), std::move(found), &the_hub);
  // The socket last: who sees it may count on the rest.
  if (auto open = h.remote->open(); !open) {
    h.close();
    return open;
  }
  listener front(h);
  if (auto open = front.open(); !open) {
    h.remote->close();
    h.close();
    return open;
  }
  asio::signal_set signals(io, SIGTERM, SIGINT);
  idle_exit idle(h, background ? config.idle_exit : std::chrono::seconds(0),
                 [&h] { h.on_stop(true, false); });
  h.on_stop = [&](bool agents, bool asked) {
    front.close();
    idle.stop();
    error_code ignored;
    signals.cancel(ignored);
    h.shutdown(agents, asked);
  };
  signals.async_wait([&](error_code ec, int) {
    if (!ec) h.on_stop(false, false);
  });
  spdlog::info("acpd {} listens on {}, state in {}, {} sessions", ACPD_VERSION,
               where.socket.string(), where.state_dir.string(), h.sessions().size());
  say_ready(ready);
  idle.start();
  run(io);
  h.remote->close();
  h.close();
  spdlog::info("ended in good order");
  return {};
}

} // namespace

int serve(const serve_options& options) {
  ::umask(077);
  std::signal(SIGPIPE, SIG_IGN);
  ::mallopt(M_ARENA_MAX, 2);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 20);
  ::mallopt(M_MMAP_THRESHOLD, 1 << 18);
  const int ready = options.background ? detach() : -1;
  auto where = wire::find_paths(options.paths);
  if (!where) return say_failed(ready, where.error().text), 1;
  if (where->state_dir.empty())
    return say_failed(ready, "HOME is not set, so there is no place for acpd's state: set HOME, or "
                             "give --state-dir"),
           1;
  const auto updates = wire::load_updates(where->state_dir);
  auto config = wire::read_config(where->config, !options.paths.config.empty());
  if (!config) return say_failed(ready, config.error().text), 1;
  if (!options.listen.empty()) config->listen.address = options.listen;
  if (!options.tls_certificate.empty()) config->listen.tls_certificate = options.tls_certificate;
  if (!options.tls_key.empty()) config->listen.tls_key = options.tls_key;
  if (auto made = wire::make_private_dir(where->state_dir); !made)
    return say_failed(ready, made.error().text), 1;
  auto lock = lock_state(where->state_dir, where->socket);
  if (!lock) return say_failed(ready, lock.error().text), 1;
  try {
    open_log(where->state_dir / "acpd.log", config->log_level, options.background);
    if (!updates) spdlog::warn("{}: the built-in table of agents is used", updates.error().text);
    auto ran = run_daemon(*where, *config, ready, options.background);
    if (ran) return 0;
    spdlog::error("{}", ran.error().text);
    if (options.background) say_failed(ready, ran.error().text);
    return 1;
  } catch (const std::exception& e) {
    say_failed(ready, e.what());
    return 1;
  }
}

} // namespace acpd::net
