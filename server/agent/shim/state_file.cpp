#include "server/agent/shim/state_file.h"

#include "server/agent/unique_fd.h"

#include <cerrno>
#include <fcntl.h>
#include <new>
#include <sys/mman.h>

namespace acpd::shim {

state_file::~state_file() {
  if (page_) ::munmap(page_, agent::state_file_bytes);
}

bool state_file::create() {
  const agent::unique_fd fd(::open("state", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  // Allocated now: a full disk must not turn a later store into SIGBUS.
  if (!fd) return false;
  if (const int error = ::posix_fallocate(fd.get(), 0, agent::state_file_bytes)) {
    errno = error;
    return false;
  }
  void* at =
      ::mmap(nullptr, agent::state_file_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (at == MAP_FAILED) return false;
  page_ = new (at) agent::state_page;
  page_->hello.shim_pid = ::getpid();
  std::memcpy(page_->magic, "ACPDSHM1", sizeof page_->magic);
  return true;
}

} // namespace acpd::shim
