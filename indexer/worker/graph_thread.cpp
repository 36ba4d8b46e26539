#include "indexer/worker/graph_thread.h"

namespace acpd::index {

void graph_thread::stop() {
  inbox_.push(std::nullopt);
  if (thread_.joinable()) thread_.join();
}

void graph_thread::work() {
  for (;;) {
    const auto asked = inbox_.wait(questions_.rest_at());
    for (const auto& each : asked) {
      if (!each) return;
      questions_.answer(*each);
    }
    if (asked.empty()) questions_.rest();
  }
}

} // namespace acpd::index
