#pragma once

#include "indexer/worker/answers.h"
#include "indexer/worker/output.h"
#include "indexer/worker/pipeline.h"
#include "indexer/worker/watch_thread.h"

#include <boost/json/object.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace acpd::index {

struct question {
  boost::json::value id;
  std::string what; // "search", "symbol", …
  boost::json::object members;
  std::shared_ptr<workspace_info> about;
};

/// Answers questions, one at a time, on the thread that owns it. Each answer is as fresh as the
/// last save: what inotify has to tell is read first, small changes are waited for, and the files
/// that the answer names are compared with the disk. Watch thread and pipeline must outlive it.
class questions {
public:
  using time_point = std::chrono::steady_clock::time_point;

  questions(watch_thread& watch, pipeline& pipe, output& out)
      : watch_(watch), pipeline_(pipe), out_(out) {}

  static bool knows(std::string_view what); // whether there is such a question
  static bool needs_graph(std::string_view what);
  /// Writes the answer, or why there is none.
  void answer(const question& asked);

  /// When rest() is due; nothing: no question has come since.
  std::optional<time_point> rest_at() const { return rest_at_; }
  /// No question has come for a while: what is kept between them is given back.
  void rest();

private:
  /// What is kept for a workspace between questions, given back when none comes.
  struct open_index {
    std::shared_ptr<store> from; // first: the reader uses it
    std::unique_ptr<reader> reads;
    std::optional<reference_graph> graph;
  };

  void write_answer(const question& asked);
  boost::json::object answer_fresh(const question& asked);
  boost::json::object answer_once(const question& asked, std::vector<std::string>& stale);
  open_index& index_of(const workspace_info& about);

  watch_thread& watch_;
  pipeline& pipeline_;
  output& out_;
  std::map<workspace_id, open_index> open_;
  std::optional<time_point> rest_at_;
};

} // namespace acpd::index
