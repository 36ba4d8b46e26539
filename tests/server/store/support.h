#pragma once

#include "server/store/database.h"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::store::test {

/// A state folder of its own, removed at the end.
class state_folder {
public:
  state_folder();
  ~state_folder();
  state_folder(const state_folder&) = delete;
  state_folder& operator=(const state_folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path db() const { return path_ / "sessions.db"; }

private:
  std::filesystem::path path_;
};

/// What fails the test when it fails, with the sentence.
database open_database(const std::filesystem::path& dir, const open_options& options = {});
reader open_reader(const std::filesystem::path& dir, const open_options& options = {});

/// A v1 agent_message_chunk line.
std::string chunk_line(std::string_view text, std::string_view message = "m1");
entry make_entry(std::int64_t session, std::uint64_t seq, std::string_view bytes,
                 entry_kind kind = entry_kind::update);
session_row make_session(std::int64_t id);
turn_row make_turn(std::int64_t id, std::int64_t session, turn_state state);
question_row make_question(std::int64_t id, std::int64_t session, question_state state);
shim_row make_shim(std::int64_t id, std::int64_t session);
outgoing_row make_outgoing(std::int64_t shim, std::uint64_t n, outgoing_kind kind);
key_row make_key(std::string key, std::int64_t session, std::int64_t at_ms);

/// Appends entries from `from` up to and including `to`, one transaction each `step`.
void append(database& db, std::int64_t session, std::uint64_t from, std::uint64_t to,
            bool durable = false);

/// An entry with bytes of its own.
struct owned_entry {
  entry fields;
  std::string message_id, bytes;
};
std::vector<owned_entry> all_entries(reader& r, std::int64_t session, std::uint64_t from = 1,
                                     std::uint64_t to = 1'000'000'000);
/// Throws when seqs are not 1, 2, 3 …; gives the last.
std::uint64_t head_without_gap(reader& r, std::int64_t session);

/// Waits until it is true; fails the test after a minute.
void wait_until(const std::function<bool()>& condition);

/// Is it in any file of the folder?
bool on_disk(const std::filesystem::path& dir, std::string_view text);

/// Runs f in a child process and gives its exit status: 0 when f returned.
int in_child(const std::function<void()>& f);

} // namespace acpd::store::test
