#pragma once

#include "indexer/files/sweep.h"
#include "indexer/files/walk.h"

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace acpd::index::test {

/// Keeps what a walk told.
struct collector : walk_visitor {
  void folder(std::string_view path, const place&) override { folders.emplace_back(path); }
  void closed(std::string_view path, std::string_view) override {
    closed_folders.emplace_back(path);
  }
  void file(std::string_view path, const file_stat& stat) override {
    files.emplace_back(path);
    stats.emplace(path, stat);
  }
  void unreadable(std::string_view path, int) override { unreadables.emplace_back(path); }

  std::vector<std::string> files, folders, closed_folders, unreadables;
  std::map<std::string, file_stat> stats;
};

inline collector walked(const std::string& root, const user_rules& user = {},
                        const walk_options& options = {}) {
  collector all;
  const auto done = walk(*ignore_rules::load(root, user), all, options);
  if (!done) throw std::runtime_error(done.error().text);
  return all;
}

} // namespace acpd::index::test
