#pragma once

#include "protocol/compaction.h"
#include "protocol/envelope.h"
#include "protocol/folded_patch.h"
#include "protocol/tool_fold.h"

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::protocol {

/// What a compactor holds. Slots stand in the order of the frames. The last one may be a run of
/// chunks that is still open: its line then ends where the next text goes (or lacks its bytes, for
/// a terminal's). Private to the room.
struct compactor::state {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  struct slot {
    std::uint64_t seq = 0;
    singleton single{};
    bool rescan = false; // the line is not the logged one: `where` comes at the end
    bool dropped = false;
    std::size_t call = none;  // a v1 tool call: its line comes at the end
    std::size_t patch = none; // an entity of v2: the same
    splice where{};
    std::string line{};
    acp_version version{};
    std::string message_id{};
  };

  /// What the next chunk must equal to be merged with the last slot: all but the text, byte for
  /// byte.
  struct chunk_run {
    bool open = false;
    std::uint64_t turn = 0, process = 0;
    std::string message_id;
    std::size_t prefix_bytes = 0;
    std::string suffix;
    bool binary = false; // base64: `bytes` are put between prefix and suffix at the end
    std::string bytes;
  };

  /// A v2 tool call, terminal or message: its folded patches, and the slots of what was appended to
  /// it since its content or output was last said as a whole.
  struct entity {
    folded_patch patch;
    std::size_t slot = none;
    std::vector<std::size_t> appended;
  };

  state();

  void add(const logged_update& u);
  std::vector<folded_frame> finish();

  slot& pass(const logged_update& u, const splice& where);
  void close_run();
  void drop(std::size_t i);

  bool add_chunk(const logged_update& u, const envelope& e);
  bool continues_run(const logged_update& u, std::string_view prefix, std::size_t more,
                     std::string_view suffix) const;
  bool add_tool(const logged_update& u, const envelope& e, bool announces);
  void keep_last(singleton kind);

  // compaction_v2.cpp
  bool add_v2(const logged_update& u, const envelope& e, std::string_view variant);
  entity& entity_of(const logged_update& u, std::string_view kind, std::string_view id);
  bool patch_entity(const logged_update& u, const envelope& e, std::string_view kind,
                    std::string_view id_key, std::string_view whole);
  bool append_call_content(const logged_update& u, const envelope& e);
  bool append_output(const logged_update& u, const envelope& e);
  bool append_to_message(const logged_update& u, const envelope& e, std::string_view kind);
  void keep_last_plan(const logged_update& u, const envelope& e, bool removed);

  std::vector<slot> slots;
  chunk_run run;
  tool_fold calls;
  std::vector<entity> entities;
  std::map<std::string, std::size_t> entity_by_key; // kind, turn, process, id
  std::map<std::string, std::size_t> plans;         // slot of each planId
  std::array<std::size_t, static_cast<std::size_t>(last_singleton) + 1> last_of; // its slot
  std::vector<std::size_t> partial; // slots of singletons that may not say all that earlier did
};

} // namespace acpd::protocol
