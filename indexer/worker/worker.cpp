#include "indexer/worker/worker.h"

#include "indexer/worker/memory.h"
#include "indexer/worker/requests.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

namespace acpd::index {
namespace {

constexpr std::size_t longest_line = 1 << 20;

/// A parser that wants all memory must end this process, not the user's: malloc fails, the parser
/// aborts, and its file is marked.
void limit_memory() {
#if !defined(__SANITIZE_ADDRESS__) && !__has_feature(address_sanitizer) &&                         \
    !__has_feature(thread_sanitizer)
  constexpr rlim_t most = rlim_t{2} << 30;
  rlimit limit{};
  if (::getrlimit(RLIMIT_DATA, &limit) != 0) return;
  limit.rlim_cur = std::min(limit.rlim_max, most);
  ::setrlimit(RLIMIT_DATA, &limit);
#endif
}

/// Until there is input; what is due meanwhile is done.
void wait_for_input(int fd, requests& to) {
  while (const auto at = to.rest_at()) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(*at - std::chrono::steady_clock::now());
    pollfd ready{fd, POLLIN, 0};
    const auto wait = static_cast<int>(std::max<long>(left.count(), 0));
    const int found = ::poll(&ready, 1, wait);
    if (found > 0 || (found < 0 && errno != EINTR)) return;
    if (found == 0) to.rest();
  }
}

/// Gives each line to `to` until the input ends. False: a line was too long to be ours.
bool read_lines(int fd, requests& to) {
  std::string waiting;
  char buffer[64 * 1024];
  for (;;) {
    wait_for_input(fd, to);
    const auto n = ::read(fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return true;
    waiting.append(buffer, static_cast<std::size_t>(n));
    std::size_t at = 0;
    for (auto end = waiting.find('\n'); end != waiting.npos; end = waiting.find('\n', at)) {
      if (end > at) to.line(std::string_view(waiting).substr(at, end - at));
      at = end + 1;
    }
    waiting.erase(0, at);
    if (waiting.size() > longest_line) return false;
  }
}

} // namespace

int run_worker(const worker_options& options) {
  ::signal(SIGPIPE, SIG_IGN);
  share_memory();
  limit_memory();
  install_crash_handlers();
  const auto cores = std::max(1U, std::thread::hardware_concurrency());
  output out(options.out);
  requests all(options.threads ? options.threads : std::min(cores, 4U), out);
  if (read_lines(options.in, all)) return 0;
  out.error(nullptr, "bad_request", "a line above 1 MiB: the worker ends");
  return 1;
}

} // namespace acpd::index
