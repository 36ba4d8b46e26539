#pragma once

#include "indexer/store/rows.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

/// Which files are being parsed, in a small file beside index.db that survives the process: a
/// grammar that crashes must cost its file only. A slot a thread. Only a crash leaves a mark: the
/// handlers of SIGSEGV, SIGBUS, SIGILL, SIGFPE and SIGABRT write it and let the signal go on; `kill
/// -9` in the middle of an innocent file leaves none. Owned by the pipeline's lane, outlives the
/// tasks in hand.
class parse_journal {
public:
  struct crash {
    std::string path;
    file_stamp stamp;
  };

  /// Takes what an earlier process left. Throws std::system_error.
  parse_journal(const std::filesystem::path& file, std::size_t slots);
  ~parse_journal();
  parse_journal(const parse_journal&) = delete;
  parse_journal& operator=(const parse_journal&) = delete;

  const std::vector<crash>& crashes() const { return crashes_; }

  /// Stands while a thread parses. The thread must have called watch_crashes_of_thread() before.
  class entry {
  public:
    entry(parse_journal& journal, std::size_t number, std::string_view path,
          const file_stamp& stamp);
    ~entry();
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;
  };

private:
  struct slot;
  void read_crashes();
  slot* at(std::size_t number) const;

  void* memory_ = nullptr;
  std::size_t bytes_ = 0;
  std::vector<crash> crashes_;
};

/// Once a process.
void install_crash_handlers();
/// Once a thread: gives it a stack for the handlers, since a parser may have used up its own.
void watch_crashes_of_thread();

} // namespace acpd::index
