#pragma once

#include "protocol/frame_out.h"
#include "protocol/shown_message.h"
#include "protocol/shown_terminal.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace acpd::protocol {

/// What a v1 editor sees of v2 updates: messages as chunks, each patch of a tool call with all that
/// v1 wants in it, terminals as text in the tool calls that show them, plans as one. Remembers what
/// has been shown, as renderer.h says. Owned by a renderer; private to the room.
class view_v1 {
public:
  explicit view_v1(const editor_view& view) : view_(view) {}

  void add(const logged_update& u, const envelope& e, std::string_view variant, frame_out& out);
  std::vector<std::string> carried() const;
  call_hint known_call(std::string_view id) const;

private:
  struct call {
    std::string title, name, status;  // raw strings; empty: unset
    std::vector<std::string> content; // raw items, as v2 has them
    std::uint64_t opened = 0;         // seq, for the order of carried()
    bool ended() const;
  };
  struct plan {
    std::string id;      // raw
    std::string entries; // of v1, without brackets
  };

  void follow(const logged_update& u, std::string_view variant);
  void forget_ended();

  bool add_message(std::string_view variant, std::string_view update, frame_out& out);
  void chunk(std::string_view variant, std::string_view update, frame_out& out);
  void message(std::string_view variant, std::string_view update, frame_out& out);

  bool add_call(const logged_update& u, std::string_view variant, std::string_view update,
                frame_out& out);
  void tool(const logged_update& u, std::string_view update, frame_out& out);
  void tool_chunk(const logged_update& u, std::string_view update, frame_out& out);
  std::string content_of(const call& c) const;
  static std::string title_of(const call& c, std::string_view id);
  static void learn(call& c, std::string_view update);
  void show_content(const call& c, std::string_view id, bool first, frame_out& out) const;

  void terminal(const logged_update& u, std::string_view update, bool chunk, frame_out& out);
  void note_terminals(const call& c, std::string_view id);
  static bool shows(const call& c, std::string_view terminal_id);

  void add_plan(std::string_view update, bool removed, frame_out& out);
  void options(std::string_view update, frame_out& out);
  void compaction(std::string_view update, frame_out& out) const;
  void state(std::string_view update, frame_out& out) const;

  editor_view view_;
  std::uint64_t turn_ = 0, process_ = 0;
  bool started_ = false;
  std::map<std::string, shown_message, std::less<>> messages_; // by kind and raw id
  std::map<std::string, call, std::less<>> calls_;             // by raw id
  std::map<std::string, shown_terminal, std::less<>> terminals_;
  std::vector<plan> plans_; // in the order of their first updates
};

} // namespace acpd::protocol
