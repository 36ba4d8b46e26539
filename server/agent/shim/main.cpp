#include "server/agent/shim/detach.h"
#include "server/agent/shim/options.h"
#include "server/agent/shim/shim.h"
#include "server/agent/shim/state_file.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <malloc.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

namespace {

using acpd::agent::unique_fd;

/// The lock says that the shim lives. Whoever only looks at it holds it for a moment: try again.
unique_fd take_lock() {
  unique_fd fd(::open("lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  const timespec moment{0, 5'000'000};
  for (int attempt = 0; fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0; ++attempt) {
    if (attempt == 100) return {};
    ::nanosleep(&moment, nullptr);
  }
  return fd;
}

/// Bound by a relative name: the folder's own path may be longer than a socket's may be.
unique_fd listen_here() {
  unique_fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, "sock");
  ::unlink("sock");
  if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::chmod("sock", 0600) != 0 || ::listen(fd.get(), 16) != 0)
    return {};
  return fd;
}

std::string last_part(std::string path) {
  while (path.size() > 1 && path.back() == '/')
    path.pop_back();
  return path.substr(path.rfind('/') + 1);
}

int serve(const acpd::shim::options& o, acpd::shim::readiness& ready, mode_t mask) {
  const auto fail = [&](const char* what) {
    ready.say(std::string(what) + " in " + o.dir + ": " + std::strerror(errno));
    return 1;
  };
  const unique_fd lock = take_lock();
  if (!lock) return fail("cannot lock the folder (does another shim run there?)");
  acpd::shim::state_file state;
  if (!state.create()) return fail("cannot make the state file");
  unique_fd listener = listen_here();
  if (!listener) return fail("cannot listen on the socket");
  acpd::shim::shim shim(o, state, std::move(listener), acpd::shim::signal_fd(), mask);
  shim.start();
  ready.say("ready");
  shim.run();
  ::unlink("sock");
  return 0;
}

int usage(acpd::shim::readiness& ready, const std::string& text) {
  std::fprintf(stderr, "acpd-shim: %s\n", text.c_str());
  ready.say(text);
  return 2;
}

} // namespace

int main(int argc, char** argv) {
  // Fixed, so that a large message's memory goes back to the system when the agent has it.
  ::mallopt(M_MMAP_THRESHOLD, 65536);
  acpd::shim::readiness ready;
  auto o = acpd::shim::parse_options(argc, argv);
  if (!o) return usage(ready, o.error());
  // The agent's folder is taken from where the shim was started; the shim itself moves to its own.
  if (o->cwd.front() != '/') {
    char* here = ::getcwd(nullptr, 0);
    o->cwd = std::string(here ? here : "") + "/" + o->cwd;
    std::free(here);
  }
  if (::chdir(o->dir.c_str()) != 0)
    return usage(ready, "cannot use the folder " + o->dir + ": " + std::strerror(errno));
  const long mask = acpd::shim::detach(ready);
  if (mask < 0) return usage(ready, std::string("cannot detach: ") + std::strerror(errno));
  ::setenv("ACPD_SHIM", last_part(o->dir).c_str(), 1);
  return serve(*o, ready, static_cast<mode_t>(mask));
}
