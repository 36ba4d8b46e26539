#pragma once

#include "protocol/render.h"
#include "tests/protocol/json_support.h"

#include <string>
#include <string_view>
#include <vector>

namespace acpd::test {

/// One editor's cursor over a log of the other version: gives the raw updates that are shown.
class cursor {
public:
  explicit cursor(protocol::acp_version editor, protocol::editor_view view = {},
                  protocol::session_facts facts = {})
      : renderer(with(view, editor), std::move(facts)),
        from_(editor == protocol::acp_version::v1 ? protocol::acp_version::v2
                                                  : protocol::acp_version::v1) {}

  std::uint64_t turn = 1, process = 1, seq = 0;
  std::string message_id;
  protocol::renderer renderer;
  std::vector<std::string> lines;         // of the last call, whole
  std::vector<std::uint64_t> replaced_by; // of the last call

  std::vector<std::string> line(std::string_view text) {
    lines.clear();
    replaced_by.clear();
    std::vector<std::string> updates;
    renderer.render(
        {++seq, turn, process, message_id, text, from_}, [&](const protocol::rendered_frame& f) {
          lines.emplace_back(f.line);
          replaced_by.push_back(f.replaced_by);
          updates.emplace_back(protocol::member(protocol::member(f.line, "params"), "update"));
        });
    return updates;
  }
  std::vector<std::string> show(std::string_view update) { return line(update_line(update)); }

private:
  static protocol::editor_view with(protocol::editor_view view, protocol::acp_version editor) {
    view.version = editor;
    return view;
  }
  protocol::acp_version from_;
};

} // namespace acpd::test
