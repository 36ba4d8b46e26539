#pragma once

#include "indexer/files/walk.h"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

/// The files that a walk found, in byte order of their paths: some 50 bytes each and the path.
class listing {
public:
  /// A place that could not be read, and its errno.
  struct unread {
    std::string path;
    int error = 0;
  };

  listing();

  void add(std::string_view path, const file_stat& stat); // behind all that were added
  void add_unread(std::string_view path, int error);

  std::size_t size() const { return entries_.size(); }
  std::string_view path(std::size_t at) const;
  const file_stat& stat(std::size_t at) const { return entries_[at].stat; }
  const std::vector<unread>& unreadable() const { return unread_; }
  /// Whether that may have come to be after the listing was begun.
  bool is_younger(const file_stat& stat) const { return stat.changed_ns >= begun_ns_; }

private:
  struct entry {
    std::size_t end = 0; // of its path in paths_
    file_stat stat;
  };

  std::string paths_;
  std::vector<entry> entries_;
  std::vector<unread> unread_;
  std::int64_t begun_ns_; // by the clock that files get their times from
};

/// Keeps what a walk finds. A visitor that does more is derived from it.
class lister : public walk_visitor {
public:
  explicit lister(listing& into) : into_(into) {}
  void file(std::string_view path, const file_stat& stat) override { into_.add(path, stat); }
  void unreadable(std::string_view path, int error) override { into_.add_unread(path, error); }

private:
  listing& into_;
};

std::expected<listing, walk_failure> list_files(const ignore_rules& rules,
                                                const walk_options& options = {});

} // namespace acpd::index
