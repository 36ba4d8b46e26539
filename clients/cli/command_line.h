#pragma once

namespace acpd::cli {

/// Everything but the fast way into `connect`: parses with CLI11 and runs one command.
int run_command_line(int argc, char** argv);

} // namespace acpd::cli
