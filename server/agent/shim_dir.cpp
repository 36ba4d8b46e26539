#include "server/agent/shim_dir.h"

#include "protocol/errors.h"
#include "server/agent/state_layout.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace acpd::agent {
namespace fs = std::filesystem;
namespace {

protocol::failure said(const std::string& what, int error) {
  return {protocol::internal_error, what + ": " + std::strerror(error)};
}

} // namespace

std::optional<shim_hello> read_state(const fs::path& dir) {
  const unique_fd fd(::open((dir / "state").c_str(), O_RDONLY | O_CLOEXEC));
  state_page page;
  if (!fd || ::read(fd.get(), &page, sizeof page) != sizeof page) return std::nullopt;
  if (!page.valid()) return std::nullopt;
  return page.hello;
}

bool shim_alive(const fs::path& dir) {
  const unique_fd fd(::open((dir / "lock").c_str(), O_RDONLY | O_CLOEXEC));
  return fd && ::flock(fd.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

std::vector<fs::path> list_shims(const fs::path& state_dir) {
  std::vector<fs::path> found;
  std::error_code ec;
  for (fs::directory_iterator it(state_dir / "shims", ec), end; !ec && it != end; it.increment(ec))
    if (it->is_directory(ec)) found.push_back(it->path());
  std::ranges::sort(found);
  return found;
}

protocol::result<unique_fd> connect_shim(const fs::path& dir) {
  const std::string what = "cannot reach the shim in " + dir.string();
  // A socket's path may be 107 bytes long: go through the folder's descriptor.
  const unique_fd folder(::open(dir.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return std::unexpected(said(what, errno));
  unique_fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return std::unexpected(said(what, errno));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto path = "/proc/self/fd/" + std::to_string(folder.get()) + "/sock";
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return std::unexpected(said(what, errno));
  return fd;
}

std::string read_stderr_tail(const fs::path& dir, std::size_t bytes) {
  const unique_fd fd(::open((dir / "stderr.log").c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return {};
  const off_t size = ::lseek(fd.get(), 0, SEEK_END);
  if (size <= 0) return {};
  std::string tail(std::min(bytes, static_cast<std::size_t>(size)), '\0');
  const ssize_t n =
      ::pread(fd.get(), tail.data(), tail.size(), size - static_cast<off_t>(tail.size()));
  tail.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return tail;
}

protocol::result<void> remove_dir(const fs::path& dir) {
  std::error_code ec;
  fs::remove_all(dir, ec);
  if (ec) return std::unexpected(said("cannot remove " + dir.string(), ec.value()));
  return {};
}

} // namespace acpd::agent
