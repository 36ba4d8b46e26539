#include "indexer/worker/parse_journal.h"

#include "indexer/files/unique_fd.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>

namespace acpd::index {

struct parse_journal::slot {
  static constexpr std::uint32_t free = 0, parsing = 1, crashed = 2;
  std::atomic<std::uint32_t> state;
  std::uint32_t path_size;
  std::uint64_t size;
  std::int64_t changed_ns;
  std::uint64_t inode;
  char path[4096 - 32];
};

namespace {

constexpr std::size_t slot_bytes = 4096;
constexpr std::array crash_signals{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

/// The state word of the slot that this thread parses under; null: it parses nothing. constinit and
/// trivially destructible, so that a signal handler may read it.
constinit thread_local std::atomic<std::uint32_t>* parsing_now = nullptr;

extern "C" void on_crash(int signal) {
  if (auto* state = parsing_now) state->store(2);
  // SA_RESETHAND: the second time the process ends as it would have.
  ::raise(signal);
}

} // namespace

parse_journal::parse_journal(const std::filesystem::path& file, std::size_t slots)
    : bytes_(slots * slot_bytes) {
  static_assert(sizeof(slot) == slot_bytes);
  const auto fail = [&](const char* what) {
    throw std::system_error(errno, std::generic_category(),
                            std::string(what) + " " + file.string());
  };
  const unique_fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) fail("cannot open");
  struct stat found{};
  if (::fstat(fd.get(), &found) != 0) fail("cannot look at");
  // An earlier worker may have had more threads.
  bytes_ = std::max(bytes_, static_cast<std::size_t>(found.st_size) / slot_bytes * slot_bytes);
  // Not a hole: a full disk would be a SIGBUS at the first write.
  if (const int error = ::posix_fallocate(fd.get(), 0, static_cast<off_t>(bytes_)); error != 0) {
    errno = error;
    fail("cannot make room for");
  }
  memory_ = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (memory_ == MAP_FAILED) fail("cannot map");
  read_crashes();
}

parse_journal::~parse_journal() { ::munmap(memory_, bytes_); }

parse_journal::slot* parse_journal::at(std::size_t number) const {
  return reinterpret_cast<slot*>(static_cast<char*>(memory_) + number * slot_bytes);
}

void parse_journal::read_crashes() {
  for (std::size_t i = 0; i < bytes_ / slot_bytes; ++i) {
    auto& left = *at(i);
    if (left.state == slot::crashed && left.path_size <= sizeof left.path)
      crashes_.push_back(
          {std::string(left.path, left.path_size), {left.size, left.changed_ns, left.inode}});
    left.state = slot::free;
  }
}

parse_journal::entry::entry(parse_journal& journal, std::size_t number, std::string_view path,
                            const file_stamp& stamp) {
  auto& own = *journal.at(number);
  own.path_size = static_cast<std::uint32_t>(std::min(path.size(), sizeof own.path));
  std::memcpy(own.path, path.data(), own.path_size);
  own.size = stamp.size;
  own.changed_ns = stamp.changed_ns;
  own.inode = stamp.inode;
  own.state = slot::parsing;
  parsing_now = &own.state;
}

parse_journal::entry::~entry() {
  parsing_now->store(slot::free);
  parsing_now = nullptr;
}

void install_crash_handlers() {
  for (const int signal : crash_signals) {
    struct sigaction action{};
    action.sa_handler = on_crash;
    action.sa_flags = SA_ONSTACK | SA_RESETHAND | SA_NODEFER;
    ::sigaction(signal, &action, nullptr);
  }
}

namespace {

/// A stack for handlers of this thread, until it ends: a thread that is out of its own has none
/// left.
class handler_stack {
public:
  handler_stack() {
    stack_t own{};
    own.ss_sp = memory_.get();
    own.ss_size = bytes;
    ::sigaltstack(&own, &before_);
  }
  ~handler_stack() { ::sigaltstack(&before_, nullptr); }
  handler_stack(const handler_stack&) = delete;
  handler_stack& operator=(const handler_stack&) = delete;

private:
  static constexpr std::size_t bytes = 16 * 1024;
  std::unique_ptr<char[]> memory_ = std::make_unique<char[]>(bytes);
  stack_t before_{};
};

} // namespace

void watch_crashes_of_thread() { thread_local const handler_stack here; }

} // namespace acpd::index
