#pragma once

#include "server/store/records.h"

#include <deque>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace acpd::store {

struct erase_outgoing {
  std::int64_t shim;
  std::uint64_t n;
};
struct erase_shim {
  std::int64_t shim;
}; // and its outgoing lines
struct set_offset {
  std::int64_t shim;
  std::uint64_t offset;
  std::uint64_t next_n;
};
struct put_secret {
  std::string owner;
  std::string bytes;
}; // owner: "session:3", "outgoing:3:7", "auth:codex"
struct erase_secrets {
  std::string owner;
};
struct erase_question {
  std::int64_t id;
}; // fs and terminal requests leave no trace
struct erase_token {
  std::int64_t id;
};
/// A session's log so far, for another one that begins with it: entries up to `upto`, and folds.
struct copy_log {
  std::int64_t from;
  std::int64_t to;
  std::uint64_t upto;
};
struct bury_session {
  std::int64_t session;
}; // tombstone; rows go later, in slices

using operation =
    std::variant<session_row, turn_row, question_row, outgoing_row, shim_row, key_row, fold_row,
                 token_row, erase_token, erase_outgoing, erase_shim, set_offset, put_secret,
                 erase_secrets, erase_question, copy_log, bury_session>;

/// What one transaction writes. Filled by the session thread, then owned by the writer until it is
/// committed. Rows are written whole: insert or replace by id.
class batch {
public:
  batch() = default;
  batch(batch&&) = default; // a copy's views would point into the original
  batch& operator=(batch&&) = default;

  /// Copies the bytes. Entries of one session must come in the order of seq.
  void append(entry e) {
    e.bytes = keep(e.bytes);
    e.message_id = keep(e.message_id);
    entries_.push_back(e);
  }
  void put(operation op) { operations_.push_back(std::move(op)); }
  /// A decision: the commit is synced before it counts (synchronous=FULL).
  void make_durable() { durable_ = true; }

  bool empty() const { return entries_.empty() && operations_.empty(); }
  std::size_t size() const { return entries_.size() + operations_.size(); }
  std::size_t bytes() const { return bytes_; }
  bool durable() const { return durable_; }
  const std::vector<entry>& entries() const { return entries_; }
  const std::vector<operation>& operations() const { return operations_; }
  void clear();

private:
  std::string_view keep(std::string_view s); // into arena_, whose blocks never move

  std::vector<entry> entries_;
  std::vector<operation> operations_;
  std::deque<std::string> arena_;
  std::size_t bytes_ = 0;
  bool durable_ = false;
};

} // namespace acpd::store
