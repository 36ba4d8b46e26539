#pragma once

#include "indexer/worker/mailbox.h"
#include "indexer/worker/questions.h"

#include <optional>
#include <thread>

namespace acpd::index {

/// Answers what needs the reference graph, which takes seconds to make where there are 100,000
/// files: the other questions do not wait for that. Owned by `requests`; watch thread and pipeline
/// must outlive it.
class graph_thread {
public:
  graph_thread(watch_thread& watch, pipeline& pipe, output& out)
      : questions_(watch, pipe, out), thread_([this] { work(); }) {}
  ~graph_thread() { stop(); }
  /// Ends the thread after the question in hand; those that wait get no answer.
  void stop();

  void ask(question asked) { inbox_.push(std::move(asked)); } // from any thread

private:
  void work();

  questions questions_;                    // the thread's
  mailbox<std::optional<question>> inbox_; // nothing: the end
  std::jthread thread_;                    // the last: it uses all of the above
};

} // namespace acpd::index
