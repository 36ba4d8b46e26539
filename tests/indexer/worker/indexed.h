#pragma once

#include "tests/indexer/files/tree.h"
#include "tests/indexer/worker/worker_process.h"

#include <algorithm>
#include <boost/json.hpp>
#include <functional>
#include <string>
#include <vector>

namespace acpd::index::test {

inline std::string text(const boost::json::value& of) { return boost::json::serialize(of); }

inline std::vector<std::string> paths(const boost::json::object& answer) {
  std::vector<std::string> all;
  for (const auto& hit : answer.at("hits").as_array())
    all.emplace_back(hit.at("path").as_string());
  return all;
}

inline bool finds(worker_process& worker, const std::string& query, const std::string& path) {
  const auto found = paths(worker.search(query));
  return std::ranges::find(found, path) != found.end();
}

/// A tree, a folder for its database, and a worker that has indexed it.
struct indexed {
  explicit indexed(const std::function<void(const tree&)>& fill) {
    fill(files);
    worker.add(files.root(), db());
    worker.settled();
  }
  std::string db() const { return state.path("index.db"); }
  tree files, state;
  worker_process worker;
};

inline void two_files(const tree& files) {
  files.write("src/store.py", "def open_store(path):\n    return path\n");
  files.write("src/wire.py", "import store\n\ndef send_frame(x):\n    store.open_store(x)\n");
}

} // namespace acpd::index::test
