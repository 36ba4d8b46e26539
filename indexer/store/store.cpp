#include "indexer/store/store.h"

#include "indexer/store/schema.h"

#include <algorithm>
#include <sqlite3.h>
#include <system_error>

namespace acpd::index {
namespace {

// Lists take about twice this in memory; more makes fewer segments, and nothing else better.
constexpr std::size_t most_buffered = 12 * 1024 * 1024;
constexpr std::uint64_t merge_bytes = 512 * 1024; // a slice: about 10 ms

bool is_damage(int code) { return code == SQLITE_CORRUPT || code == SQLITE_NOTADB; }

void remove_files(const std::filesystem::path& file) {
  for (const auto* suffix : {"", "-wal", "-shm"}) {
    auto path = file;
    path += suffix;
    std::error_code ignored; // what cannot be removed is reported when it cannot be opened
    std::filesystem::remove(path, ignored);
  }
}

} // namespace

store::store(std::filesystem::path file) : file_(std::move(file)) {
  try {
    open();
  } catch (const database_error& e) {
    if (!is_damage(e.code())) throw;
    start_anew(e.what());
  }
}

store::~store() = default;

void store::open() {
  db_ = std::make_unique<connection>(file_, connection::role::writer);
  if (!prepare_schema(*db_)) {
    start_anew("it was written by another version of acpd");
    return;
  }
  db_->run("UPDATE segment SET state = ?1 WHERE state = ?2", static_cast<int>(segment_state::dying),
           static_cast<int>(segment_state::building));
  load_numbers();
  catalog_.load(*db_);
}

void store::start_anew(const std::string& why) {
  rebuilt_ = why;
  db_.reset();
  remove_files(file_);
  db_ = std::make_unique<connection>(file_, connection::role::writer);
  prepare_schema(*db_);
  load_numbers();
  catalog_.load(*db_);
}

void store::load_numbers() {
  next_doc_ = next_file_ = 1;
  auto row = db_->select("SELECT name, value FROM meta");
  while (row.next())
    (row.bytes(0) == "next_doc" ? next_doc_ : next_file_) = row.as<std::uint32_t>(1);
}

void store::save_numbers() {
  db_->run("INSERT OR REPLACE INTO meta (name, value) VALUES ('next_doc', ?1), ('next_file', ?2)",
           next_doc_, next_file_);
}

void store::begin() {
  if (!open_) open_ = std::make_unique<transaction>(*db_);
}

bool store::full() const { return builder_.bytes() >= most_buffered; }

void store::commit() {
  if (!open_) return;
  try {
    std::optional<segment_entry> made;
    if (!builder_.empty()) made = write_segment(*db_, builder_, new_docs_);
    save_numbers();
    const std::unique_lock lock(mutex_);
    open_->commit();
    if (made) catalog_.add_segment(std::move(*made));
    apply(changes_);
  } catch (...) {
    abandon();
    throw;
  }
  open_.reset();
  changes_ = {};
  new_docs_ = 0;
}

void store::abandon() {
  open_.reset();
  changes_ = {};
  new_docs_ = 0;
  builder_.finish([](std::string_view, std::string_view) {});
  load_numbers();
}

void store::apply(changes& c) {
  for (auto& [id, f] : c.files)
    catalog_.put_file(id, std::move(f));
  for (const auto& [number, d] : c.docs)
    d.file == 0 ? catalog_.erase_doc(number) : catalog_.put_doc(number, d);
  for (const auto id : c.erased_files)
    catalog_.erase_file(id);
  catalog_.next_generation();
}

std::vector<file_row> store::files() { return all_files(*db_); }

totals store::sums() const {
  const std::shared_lock lock(mutex_);
  return catalog_.sums();
}

std::uint64_t store::size_on_disk() const {
  std::uint64_t bytes = 0;
  for (const auto* suffix : {"", "-wal"}) {
    auto path = file_;
    path += suffix;
    std::error_code missing;
    if (const auto size = std::filesystem::file_size(path, missing); !missing) bytes += size;
  }
  return bytes;
}

void store::settle() {
  db_->execute("PRAGMA wal_checkpoint(TRUNCATE)"); // while somebody reads: as far as that allows
  db_->release_memory();
  if (builder_.empty()) builder_.forget();
}

bool store::maintain() {
  if (purge_slice()) return true;
  if (!merge_) {
    auto picked = pick_merge(catalog_);
    if (picked.empty()) return false;
    merge_ = std::make_unique<merge_job>(*db_, catalog_, std::move(picked));
  }
  try {
    merge_slice();
  } catch (...) { // its rows are rolled back: what it built so far is of no use
    merge_.reset();
    throw;
  }
  return true;
}

void store::merge_slice() {
  transaction t(*db_);
  if (merge_->step(merge_bytes)) {
    t.commit();
    return;
  }
  const auto& output = merge_->output();
  for (const auto id : merge_->inputs())
    db_->run("UPDATE segment SET state = ?1 WHERE id = ?2", static_cast<int>(segment_state::dying),
             id);
  db_->run("UPDATE segment SET state = ?1, bytes = ?2 WHERE id = ?3",
           static_cast<int>(segment_state::live), output.bytes, output.id);
  const std::unique_lock lock(mutex_);
  t.commit();
  catalog_.erase_segments(merge_->inputs());
  catalog_.add_segment(output);
  merge_.reset();
}

bool store::purge_slice() {
  std::int64_t dying = 0;
  {
    auto row = db_->select("SELECT id FROM segment WHERE state = ?1 LIMIT 1",
                           static_cast<int>(segment_state::dying));
    if (!row.next()) return false;
    dying = row.integer(0);
  }
  transaction t(*db_);
  db_->run("DELETE FROM block WHERE id IN (SELECT id FROM block WHERE segment = ?1 LIMIT 64)",
           dying);
  db_->run("DELETE FROM segment WHERE id = ?1 AND NOT EXISTS "
           "(SELECT 1 FROM block WHERE segment = ?1)",
           dying);
  t.commit();
  return true;
}

} // namespace acpd::index
