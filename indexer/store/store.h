#pragma once

#include "indexer/store/document.h"
#include "indexer/store/merge.h"
#include "indexer/store/rows.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

/// One workspace's index.db: what is known of each file, and the lists by which it is found. Owned
/// by the worker (or a script). The writing functions belong to one thread; readers (reader.h) may
/// be on others, and see each commit whole or not at all. Throws database_error; a transaction that
/// failed is rolled back, and its files are simply not indexed yet.
class store {
public:
  /// Creates a missing file. One that is damaged, or of another version, is deleted and begun anew:
  /// rebuilt() then says why, for the status.
  explicit store(std::filesystem::path file);
  ~store(); // what was not committed is dropped
  store(const store&) = delete;
  store& operator=(const store&) = delete;

  const std::filesystem::path& file() const { return file_; }
  const std::string& rebuilt() const { return rebuilt_; }

  /// Writes what is known of a file. Rows and lists of chunks that did not change stay as they are.
  void put(std::string_view path, const file_stamp& stamp, std::uint64_t hash,
           const file_facts& facts, std::string_view bytes);
  /// The file's bytes are as they were, its stamp is not.
  void touch(std::string_view path, const file_stamp& stamp);
  /// The file is there and cannot be indexed: it stays without chunks until it changes.
  void mark(std::string_view path, const file_stamp& stamp, file_state state);
  void erase(std::string_view path);

  /// Makes what was written since the last commit visible. Does nothing when that is nothing.
  void commit();
  /// Drops what was written since the last commit.
  void abandon();
  /// It is time to commit: more would only take memory.
  bool full() const;

  /// Does a slice of what can wait (merging segments, deleting merged ones; some milliseconds).
  /// False: nothing is left to do. Not between put() and commit().
  bool maintain();

  /// Every known file and its stamp, by path.
  std::vector<file_row> files();
  std::optional<file_row> find(std::string_view path) { return find_file(*db_, path); }
  /// Whether a commit, or a failed one, left the database in a state that needs a new start.
  totals sums() const;
  std::uint64_t size_on_disk() const;
  /// For a pause: what the log holds goes into the database, memory back to the allocator. Not
  /// between put() and commit().
  void settle();

private:
  friend class reader;

  struct changes { // for the catalog, once they are committed
    std::vector<std::pair<std::uint32_t, doc_entry>> docs; // file 0: erased
    std::vector<std::pair<std::uint32_t, file_entry>> files;
    std::vector<std::uint32_t> erased_files;
  };

  void open();
  void start_anew(const std::string& why);
  void begin();
  void load_numbers();
  void save_numbers();
  struct file_slot {
    std::uint32_t id = 0;
    std::uint16_t path_words = 0;
    doc_list docs;
  };
  file_slot slot_of(std::string_view path);
  void put_file(std::string_view path, const file_stamp& stamp, std::uint64_t hash,
                const file_facts& facts, file_state state, const document& d);
  void put_chunks(file_slot& file, const document& d);
  doc_entry insert_chunk(std::uint32_t doc, std::uint32_t file, const document::piece& p);
  void move_chunk(const chunk_row& old, doc_entry& entry, const chunk& now);
  void erase_chunk(const chunk_row& old);
  void apply(changes& c);
  void merge_slice();
  bool purge_slice();

  const std::filesystem::path file_;
  std::string rebuilt_;
  std::unique_ptr<connection> db_;
  std::unique_ptr<transaction> open_;
  segment_builder builder_;
  chunk_indexer indexer_{builder_};
  std::uint32_t next_doc_ = 1, next_file_ = 1;
  std::uint64_t new_docs_ = 0; // in builder_
  changes changes_;
  std::unique_ptr<merge_job> merge_;

  mutable std::shared_mutex mutex_; // of catalog_, and around each COMMIT
  catalog catalog_;
};

} // namespace acpd::index
