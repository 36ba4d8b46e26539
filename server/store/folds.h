#pragma once

#include "protocol/compaction.h"
#include "server/store/records.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace acpd::store {

/// The frames of a stored fold ⇄ bytes (README, "Folds").
std::string encode_frames(const std::vector<protocol::folded_frame>& frames);
/// Empty: another version of the encoding, or damaged. A fold can always be made again.
std::optional<std::vector<protocol::folded_frame>> decode_frames(std::string_view bytes);

/// A run ends behind each turn_ended, and behind this many entries: a turn of any length is folded
/// as it goes, and its load costs no more than that many entries and what is shown of it.
inline constexpr std::uint64_t run_entries = 4'096;

/// Runs of compacted entries, and the tool calls in those that are parts of a longer turn
/// (split_calls.h).
struct compacted_runs {
  std::vector<std::vector<protocol::folded_frame>> frames;
  std::vector<protocol::folded_frame> calls;
};

/// Compacts entries in runs whose ends are a function of the entries alone: a replay is the same
/// whether its folds were stored or not. Owned by one reader.
class run_compactor {
public:
  /// `in_turn`: the first entry is not the first of its turn's runs.
  explicit run_compactor(bool in_turn = false) : split_(in_turn) {}

  /// Entries in order of seq, the first one right behind the end of a run. The views may go after.
  void add(const entry& e);
  /// The runs that have ended, in order, and the seq of the last one's last entry; 0: none.
  compacted_runs ended() { return std::exchange(done_, {}); }
  std::uint64_t end() const { return end_; }
  /// The runs, in order; the open one is ended.
  compacted_runs finish();

private:
  void end_run();

  struct writer {
    std::uint64_t turn, process;
    bool announced;
  };

  protocol::compactor compactor_;
  std::uint64_t entries_ = 0; // of the open run
  std::uint64_t end_ = 0;
  bool split_;                            // the open run is a part of a longer turn
  std::map<std::uint64_t, writer> tools_; // of the open run: who wrote the entries of tool calls
  compacted_runs done_;
};

/// The frames as a fold keeps them: always at least one piece, cut the same way each time. `calls`
/// go beside the singletons of the piece that has their frame.
std::vector<fold_piece> cut(const std::vector<protocol::folded_frame>& frames,
                            const std::vector<protocol::folded_frame>& calls = {});

/// One list, without the singletons that a later run holds again.
std::vector<protocol::folded_frame> joined(std::vector<std::vector<protocol::folded_frame>> runs);

} // namespace acpd::store
