#pragma once

namespace acpd::runner {

/// The built-in agent: ACP v1 on stdin and stdout until stdin ends or SIGTERM; then its children
/// are killed and unfinished jobs stay in the database for /continue. `argv[0]` is ignored; takes
/// --help. Single-threaded; changes the process's signal mask, so it must be the process's main
/// occupation. Returns the exit code: 0 after EOF or SIGTERM, 1 when stdout is gone, 2 for wrong
/// usage.
int run(int argc, char** argv);

} // namespace acpd::runner
