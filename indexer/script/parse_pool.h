#pragma once

#include "indexer/facts.h"
#include "indexer/store/source.h"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <expected>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace acpd::index {

/// A file, read and parsed.
struct parsed_file {
  std::string path;
  std::expected<source, int> content; // errno where it could not be read
  file_facts facts;
};

/// Reads and parses one file.
parsed_file parse_file(const std::string& root, const std::string& path);

/// Threads that read and parse a list of files, in any order. Owned by the writer's function; what
/// is parsed and not taken yet is bounded, so memory is, too. The list must outlive it.
class parse_pool {
public:
  parse_pool(std::string root, const std::vector<std::string>& paths, unsigned threads);
  ~parse_pool(); // stops after the files that are being parsed
  parse_pool(const parse_pool&) = delete;
  parse_pool& operator=(const parse_pool&) = delete;

  /// Waits for the next one; nothing when all have been given.
  std::optional<parsed_file> next();

private:
  void work();
  void put(parsed_file f);

  const std::string root_;
  const std::vector<std::string>& paths_;
  std::atomic<std::size_t> at_ = 0;
  std::mutex mutex_;
  std::condition_variable filled_, drained_;
  std::deque<parsed_file> done_;
  std::size_t done_bytes_ = 0, given_ = 0;
  bool stopping_ = false;
  std::vector<std::jthread> threads_; // the last: they use all of the above
};

} // namespace acpd::index
