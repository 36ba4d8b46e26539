#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::protocol {

/// A v2 agent's terminal, as text for an editor whose version has none but its own: the command,
/// the last 32 KiB of the output and how it ended. Owned by a view; private to the room.
class shown_terminal {
public:
  std::uint64_t opened = 0;         // seq
  std::vector<std::string> used_in; // tool calls that show it: raw ids, sorted

  void patch(std::string_view update);      // a terminal_update, raw
  void append(std::string_view raw_base64); // a terminal_output_chunk's data
  bool exited() const { return exited_; }

  /// A Markdown code block as a raw text block; escape sequences are left out.
  std::string as_block() const;

  /// A terminal_update (raw) that makes a new one equal to this.
  std::string as_update(std::string_view raw_id) const;

private:
  void trim();

  std::string command_, cwd_; // raw strings; empty: unset
  std::string exit_;          // raw object
  std::string output_;        // bytes
  bool cut_ = false;          // output_ is only the end
  bool exited_ = false;
};

} // namespace acpd::protocol
