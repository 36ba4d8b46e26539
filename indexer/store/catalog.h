#pragma once

#include "indexer/facts.h"
#include "indexer/store/connection.h"
#include "indexer/store/paged.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace acpd::index {

/// What became of a file. Values are on disk: never renumber.
enum class file_state : std::uint8_t {
  indexed = 1,
  failed = 2,     // the parser crashed or gave up on it: not tried again until it changes
  unreadable = 3, // it exists, and may not be read
};

/// A chunk, as far as ranking needs it: 16 bytes for each, in memory.
struct doc_entry {
  std::uint32_t file = 0; // 0: no such chunk any more
  std::uint32_t first_line = 0, last_line = 0;
  std::uint16_t words = 0; // in the body
  std::uint8_t name_words = 0;
  chunk_kind kind{};
};

/// The chunks of one file, by number.
using doc_list = std::vector<std::pair<std::uint32_t, doc_entry>>;
/// As a file's row keeps them; the file itself is not named in it.
std::string pack_docs(const doc_list& docs);
doc_list unpack_docs(std::string_view packed, std::uint32_t file);

struct file_entry {
  std::string path; // empty: no such file any more
  std::string language;
  file_state state = file_state::indexed;
  bool error_nodes = false, truncated = false;
  std::uint16_t path_words = 0;
  std::uint32_t chunks = 0, words = 0; // counted here, of its live chunks
};

/// Where a segment's blocks begin.
struct segment_entry {
  struct block {
    std::string first;
    std::int64_t id = 0;
  };
  std::int64_t id = 0;
  std::uint64_t bytes = 0, docs = 0; // docs: how many were put in, dead ones included
  std::vector<block> blocks;         // by first key
};

/// Exact over what is live: a score must not depend on how the index came to be.
struct totals {
  std::uint64_t files = 0, chunks = 0, words = 0, name_words = 0, path_words = 0;
  std::uint64_t failed = 0, unreadable = 0;
};

/// What of the database is kept in memory: which documents live, and where lists are. Owned by
/// `store`, changed under its lock only.
class catalog {
public:
  void load(connection& db);

  const doc_entry& doc(std::uint32_t number) const { return docs_[number]; }
  const file_entry& file(std::uint32_t number) const { return files_[number]; }
  std::uint32_t doc_end() const { return docs_.end(); }
  std::uint32_t file_end() const { return files_.end(); }
  const std::vector<segment_entry>& segments() const { return segments_; }
  const totals& sums() const { return totals_; }
  /// Changes with every commit that changed what can be found.
  std::uint64_t generation() const { return generation_; }
  template <class Sink>
  void for_each_file(Sink&& sink) const {
    files_.for_each(sink);
  }
  template <class Sink>
  void for_each_doc(Sink&& sink) const {
    docs_.for_each(sink);
  }

  void put_doc(std::uint32_t number, const doc_entry& d);
  void erase_doc(std::uint32_t number);
  void put_file(std::uint32_t number, file_entry f); // keeps what is counted
  void erase_file(std::uint32_t number);
  void add_segment(segment_entry s);
  void erase_segments(const std::vector<std::int64_t>& ids);
  void next_generation() { ++generation_; }

private:
  void load_files(connection& db);
  void load_segments(connection& db);
  void count(const file_entry& f, int sign);

  paged<doc_entry> docs_;
  paged<file_entry> files_;
  std::vector<segment_entry> segments_; // by id
  totals totals_;
  std::uint64_t generation_ = 1;
};

} // namespace acpd::index
