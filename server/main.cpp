#include "server/mcp/run.h"
#include "server/net/daemon.h"
#include "server/runner/runner.h"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <unistd.h>

namespace {

/// Becomes the program beside this one: what `acpd NAME` is, without its code in the daemon.
int become(const char* name, char** argv) {
  std::error_code ec;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", ec);
  const std::string program = (self.parent_path() / name).string();
  ::execv(program.c_str(), argv);
  std::cerr << "acpd: " << program << " could not be started: " << std::strerror(errno)
            << "; it belongs beside acpd\n";
  return 1;
}

} // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "runner") == 0) return acpd::runner::run(argc - 1, argv + 1);
  if (argc > 1 && std::strcmp(argv[1], "mcp") == 0) return acpd::mcp::run(argc - 1, argv + 1);
  if (argc > 1 && std::strcmp(argv[1], "index") == 0) return become("acpd-index", argv + 1);

  CLI::App app("acpd keeps coding agents working when the editor is gone.\n"
               "People use acpctl; acpd is what it starts.",
               "acpd");
  app.set_version_flag("--version", "acpd " ACPD_VERSION);
  app.require_subcommand(1);
  acpd::net::serve_options options;
  CLI::App* serve = app.add_subcommand("serve", "run the daemon until SIGTERM or `acpctl stop`");
  serve->add_option("--config", options.paths.config,
                    "configuration file (ACPD_CONFIG; ~/.config/acpd/config.toml)");
  serve->add_option("--state-dir", options.paths.state_dir,
                    "where sessions are kept (ACPD_STATE_DIR; ~/.local/state/acpd)");
  serve->add_option("--socket", options.paths.socket,
                    "where clients connect (ACPD_SOCKET; $XDG_RUNTIME_DIR/acpd/acpd.sock)");
  serve->add_option("--listen", options.listen,
                    "serve remote clients, too, at ADDR:PORT ([listen] address): WebSocket and "
                    "HTTP; they need a token (acpctl token new)");
  serve->add_option("--tls-cert", options.tls_certificate,
                    "certificate chain, PEM: needed where --listen is not loopback");
  serve->add_option("--tls-key", options.tls_key, "its key, PEM");
  serve->add_flag("--background", options.background, "detach; return when it listens");
  app.add_subcommand("runner", "the built-in agent for suites and bulk jobs (ACP on stdio)");
  app.add_subcommand("mcp", "the code index for a session's agent (MCP on stdio)");
  app.add_subcommand("index", "index a folder and find in it (acpd index --help)");
  CLI11_PARSE(app, argc, argv);
  return acpd::net::serve(options);
}
