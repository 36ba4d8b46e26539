#pragma once

#include "protocol/compaction.h"
#include "server/store/records.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::store {

/// The frames of a stored fold ⇄ bytes (README, "Folds").
std::string encode_frames(const std::vector<protocol::folded_frame>& frames);
/// Empty: another version of the encoding, or damaged. A fold can always be made again.
std::optional<std::vector<protocol::folded_frame>> decode_frames(std::string_view bytes);

/// Compacts entries in runs that end behind each turn_ended and nowhere else: a tool call stands
/// once however long its turn was, and a replay is the same whether its folds were stored or not.
/// Owned by one reader.
class run_compactor {
public:
  /// Entries in order of seq, the first one right behind the end of a run. The views may go after.
  void add(const entry& e);
  /// The runs' frames, in order; the open run is ended.
  std::vector<std::vector<protocol::folded_frame>> finish();

private:
  void end_run();

  protocol::compactor compactor_;
  bool open_ = false;
  std::vector<std::vector<protocol::folded_frame>> runs_;
};

/// The frames as a fold keeps them: always at least one piece, cut the same way each time.
std::vector<fold_piece> cut(const std::vector<protocol::folded_frame>& frames);

/// One list, without the singletons that a later run holds again.
std::vector<protocol::folded_frame> joined(std::vector<std::vector<protocol::folded_frame>> runs);

} // namespace acpd::store
