#pragma once

#include "indexer/worker/answers.h"
#include "indexer/worker/mailbox.h"
#include "indexer/worker/output.h"
#include "indexer/worker/pipeline.h"
#include "indexer/worker/watch_thread.h"

#include <boost/json/object.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace acpd::index {

struct question {
  boost::json::value id;
  std::string what; // "search", "symbol", …
  boost::json::object members;
  std::shared_ptr<workspace_info> about;
};

/// The thread that answers. Each answer is as fresh as the last save: what inotify has to tell is
/// read first, small changes are waited for, and the files that the answer names are compared with
/// the disk. Owned by the worker; ask() from any thread. Watch thread and pipeline must outlive it.
class query_thread {
public:
  query_thread(watch_thread& watch, pipeline& pipe, output& out);
  ~query_thread();
  /// Ends the thread after the question in hand; those that wait get no answer.
  void stop();

  static bool knows(std::string_view what); // whether there is such a question
  void ask(question asked);

private:
  /// What is kept for a workspace between questions, given back when none comes.
  struct open_index {
    std::shared_ptr<store> from; // first: the reader uses it
    std::unique_ptr<reader> reads;
    std::optional<reference_graph> graph;
  };

  void work();
  void answer(const question& asked);
  boost::json::object answer_fresh(const question& asked);
  boost::json::object answer_once(const question& asked, std::vector<std::string>& stale);
  open_index& index_of(const workspace_info& about);
  void rest();

  watch_thread& watch_;
  pipeline& pipeline_;
  output& out_;
  std::map<workspace_id, open_index> open_;
  mailbox<std::optional<question>> inbox_; // nothing: the end
  std::jthread thread_;                    // the last: it uses all of the above
};

} // namespace acpd::index
