#pragma once

#include <string_view>

namespace acpd::cli {

/// To stdout, at once: what is shown live must not wait in a buffer. Ends the process quietly when
/// the reader has gone (`acpctl log | head`).
void write_out(std::string_view bytes);

bool is_terminal_out();
/// Somebody can read questions and type answers.
bool is_interactive();
std::size_t terminal_columns();

} // namespace acpd::cli
