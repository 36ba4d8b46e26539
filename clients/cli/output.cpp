#include "clients/cli/output.h"

#include "clients/cli/commands.h"
#include "clients/cli/exit_codes.h"

#include <cerrno>
#include <cstdio>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace acpd::cli {

void write_out(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (n >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) { // somebody else made the pipe non-blocking
      pollfd out{STDOUT_FILENO, POLLOUT, 0};
      ::poll(&out, 1, -1);
    } else if (errno != EINTR) {
      ::_exit(failed);
    }
  }
}

bool is_terminal_out() { return ::isatty(STDOUT_FILENO) != 0; }

bool is_interactive() { return is_terminal_out() && ::isatty(STDIN_FILENO) != 0; }

std::size_t terminal_columns() {
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

int report(const protocol::failure& f) {
  std::fprintf(stderr, "acpctl: %s\n", f.text.c_str());
  return exit_code_of(f);
}

} // namespace acpd::cli
