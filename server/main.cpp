#include "server/net/daemon.h"
#include "server/runner/runner.h"

#include <CLI/CLI.hpp>
#include <cstring>

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "runner") == 0) return acpd::runner::run(argc - 1, argv + 1);

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
  serve->add_flag("--background", options.background, "detach; return when it listens");
  app.add_subcommand("runner", "the built-in agent for suites and bulk jobs (ACP on stdio)");
  CLI11_PARSE(app, argc, argv);
  return acpd::net::serve(options);
}
