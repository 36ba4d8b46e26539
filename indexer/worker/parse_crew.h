#pragma once

#include "indexer/facts.h"
#include "indexer/store/source.h"
#include "indexer/worker/parse_journal.h"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace acpd::index {

/// A file to read and parse.
struct parse_task {
  std::uint32_t workspace = 0;
  std::string root, path;
  std::shared_ptr<parse_journal> journal;
  std::uint64_t known_hash = 0; // of what is indexed: the same bytes are not parsed again; 0: none
  file_stamp failed;            // not parsed while this is its stamp: it crashed a parser
};

struct parse_result {
  std::uint32_t workspace = 0;
  std::string path;
  std::expected<source, int> content = std::unexpected(0); // errno where it could not be read
  file_facts facts;
  bool unchanged = false; // the hash is the known one; no facts
  bool failed = false;    // as it crashed a parser before; no facts
};

/// Reads and parses on the calling thread, under its slot of the journal.
parse_result parse_now(const parse_task& task, std::size_t slot);

/// Threads that parse in the background. Owned by the pipeline. What it is given is bounded by the
/// pipeline, so memory is, too. `done` is called on the threads.
class parse_crew {
public:
  parse_crew(unsigned threads, std::function<void(parse_result)> done);
  ~parse_crew(); // stops after the files in hand
  parse_crew(const parse_crew&) = delete;
  parse_crew& operator=(const parse_crew&) = delete;

  void give(parse_task task);
  std::size_t threads() const { return threads_.size(); }

private:
  void work(std::size_t slot);

  const std::function<void(parse_result)> done_;
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<parse_task> tasks_;
  bool stopping_ = false;
  std::vector<std::jthread> threads_; // the last: they use all of the above
};

} // namespace acpd::index
