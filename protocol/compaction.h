#pragma once

#include "protocol/splice.h"
#include "protocol/version.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::protocol {

/// One logged session/update, as compaction and rendering see it.
struct logged_update {
  std::uint64_t seq = 0;
  std::uint64_t turn = 0;      // 0: outside any turn
  std::uint64_t process = 0;   // which agent process wrote it
  std::string_view message_id; // the row's: the agent's or a minted one; chunks only, no quotes
  std::string_view line;       // original bytes
  acp_version version = acp_version::v1; // of the bytes
  bool stands_in =
      false; // acpd's own: a tool call's content as v1 can show it (text for terminals)
};

/// Of these only the last in the whole session is kept, at its place.
enum class singleton : std::uint8_t {
  none,
  plan,
  usage,
  mode,
  config,
  commands,
  title,
  state,     // v2
  plan_item, // v2: the last of each planId
};
/// The highest value, for who reads them from a file.
inline constexpr singleton last_singleton = singleton::plan_item;

/// One frame of a compacted replay: a whole session/update line whose session id and _meta are put
/// in by render() with `where`, as for a logged line.
struct folded_frame {
  std::uint64_t seq = 0; // of the first entry folded into it
  singleton single{};
  splice where;
  std::string line;
  acp_version version = acp_version::v1; // of the line, as its entries were
  std::string message_id{};              // a chunk's, of its first entry: empty where there is none
  /// The agent's own content, raw, where the line's is what stands in for it; null: as it was in
  /// the run before.
  std::string behind{};
};

/// The line of a tool call with the content that its agent gave, for who can show that.
std::string with_own_content(const folded_frame& call);

/// Folds a run of updates into the fewest frames that show the same conversation: a pure function
/// of what was added. Adjacent text chunks of one kind, message, turn and process whose
/// params._meta, update._meta and content annotations are equal are merged, up to 256 KiB of line;
/// a tool call's updates are folded into one `tool_call` at its first entry, within one turn and
/// process (an id used again in another turn or process, or announced anew by a `tool_call` after
/// it had ended, is a new call); of each singleton the last is kept, at its place. Notices are left
/// out. Everything else, unknown variants too, passes as it is. Values are never re-serialised: raw
/// spans are moved. A run must hold whole turns: a call that its edge cuts would be shown twice. A
/// session_info_update is a patch: it supersedes an earlier one only when it has each of its
/// fields.
/// Entries of v2 are patches with three states: of a tool call's and a terminal's fields the last
/// value is kept, null too; content that is replaced takes what was appended before with it, as
/// does a message's and a terminal's output; of each plan the last is kept. Owned by one reader; no
/// thread rules.
class compactor {
public:
  compactor();
  ~compactor();
  compactor(compactor&&) noexcept;
  compactor& operator=(compactor&&) noexcept;

  void add(const logged_update& update);
  std::vector<folded_frame> finish(); // leaves it empty

private:
  struct state;
  std::unique_ptr<state> state_;
};

/// Compaction over stored folds: drops from each of the consecutive folds the singletons that a
/// later fold holds again. `folds` are the results of finish() for consecutive runs of entries.
void drop_superseded(std::vector<std::vector<folded_frame>>& folds);

} // namespace acpd::protocol
