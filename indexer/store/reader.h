#pragma once

#include "indexer/store/store.h"

#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

/// A connection to a store for one reading thread. The store must outlive it.
class reader {
public:
  explicit reader(const store& s);

  /// The index as it was at one commit. While it lives no commit becomes visible: keep it for one
  /// query, not longer.
  class view {
  public:
    const catalog& entries() const { return catalog_; }
    connection& db() const { return db_; }
    std::vector<std::string> lists(key_kind kind, std::string_view text) const {
      return lists_of(db_, catalog_, make_key(kind, text));
    }

  private:
    friend class reader;
    view(std::shared_mutex& mutex, connection& db, const catalog& c)
        : lock_(mutex), snapshot_(db, "BEGIN"), db_(db), catalog_(c) {}

    std::shared_lock<std::shared_mutex> lock_;
    transaction snapshot_;
    connection& db_;
    const catalog& catalog_;
  };
  view look() { return {store_.mutex_, db_, store_.catalog_}; }
  void release_memory() { db_.release_memory(); }

private:
  const store& store_;
  connection db_;
};

} // namespace acpd::index
