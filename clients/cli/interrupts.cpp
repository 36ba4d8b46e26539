#include "clients/cli/interrupts.h"

#include <array>

namespace acpd::cli {
namespace {

constexpr std::array signals{SIGINT, SIGTERM, SIGHUP};

volatile std::sig_atomic_t seen = 0;
volatile std::sig_atomic_t last_seen = 0;

void on_signal(int signal) {
  seen = seen + 1;
  last_seen = signal;
}

} // namespace

interrupts::interrupts() {
  seen = 0;
  last_seen = 0;
  sigset_t ours;
  sigemptyset(&ours);
  struct sigaction action{};
  action.sa_handler = on_signal;
  for (const int signal : signals) {
    sigaddset(&ours, signal);
    ::sigaction(signal, &action, nullptr);
  }
  ::sigprocmask(SIG_BLOCK, &ours, &before_);
}

interrupts::~interrupts() {
  for (const int signal : signals)
    std::signal(signal, SIG_DFL);
  ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

int interrupts::count() { return seen; }
int interrupts::last() { return last_seen; }

} // namespace acpd::cli
