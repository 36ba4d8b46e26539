#include "protocol/render.h"

#include "protocol/frame_out.h"
#include "protocol/json_reader.h"
#include "protocol/view_v1.h"
#include "protocol/view_v2.h"

namespace acpd::protocol {
namespace {

// What was accepted once, under whatever limits, must be understood here; and what is made of it
// may be deeper.
constexpr scan_limits no_limits{json_reader::hard_max_depth, max_line_bytes};

/// A variant's name; its contents as written may have escapes.
std::string_view plain_name(std::string_view contents, std::string& buffer) {
  if (contents.find('\\') == std::string_view::npos) return contents;
  buffer = unquote('"' + std::string(contents) + '"');
  return buffer;
}

} // namespace

void frame_out::unchanged() {
  if (shown()) (*show_)({line_, splice_of(parts_, line_)});
}

void frame_out::update(std::string_view update, std::string_view lost, std::uint64_t replaced_by) {
  if (!shown()) return;
  scratch_.clear();
  apply(scratch_, line_, {{parts_.update, update}});
  if (!lost.empty()) {
    const auto changed = scan(scratch_, no_limits);
    if (!changed) return;
    const std::string meta = R"("acpd/v2":{)" + std::string(lost) + '}';
    std::string with_meta;
    protocol::render(with_meta, scratch_, splice_of(*changed, scratch_), {}, meta);
    scratch_ = std::move(with_meta);
  }
  line(scratch_, replaced_by);
}

void frame_out::line(std::string_view whole, std::uint64_t replaced_by) {
  if (!shown()) return;
  // What has become too deep or too long to be a line is left out.
  if (const auto e = scan(whole, no_limits)) (*show_)({whole, splice_of(*e, whole), replaced_by});
}

struct renderer::state {
  editor_view view;
  view_v1 to_v1;
  view_v2 to_v2;
  std::string scratch, name;

  state(const editor_view& of, session_facts facts)
      : view(of), to_v1(of), to_v2(std::move(facts)) {}

  void add(const logged_update& u, const sink* show) {
    const auto e = scan(u.line, no_limits);
    if (!e) {
      if (show != nullptr && u.version == view.version) (*show)({u.line, splice{}});
      return;
    }
    frame_out out(u.line, *e, show, scratch);
    if (u.version == view.version || !same_text(e->method.in(u.line), "session/update"))
      return out.unchanged();
    if (!e->update || !e->variant) return; // no update in either version
    const std::string_view variant = plain_name(e->variant.in(u.line), name);
    if (view.version == acp_version::v1) {
      to_v1.add(u, *e, variant, out);
    } else {
      to_v2.add(u, *e, variant, out);
    }
  }
};

renderer::renderer(const editor_view& view, session_facts facts)
    : state_(std::make_unique<state>(view, std::move(facts))) {}
renderer::~renderer() = default;
renderer::renderer(renderer&&) noexcept = default;
renderer& renderer::operator=(renderer&&) noexcept = default;

void renderer::render(const logged_update& entry, const sink& show) { state_->add(entry, &show); }
void renderer::prime(const logged_update& entry) { state_->add(entry, nullptr); }
std::vector<std::string> renderer::carried() const { return state_->to_v1.carried(); }
call_hint renderer::known_call(std::string_view id) const { return state_->to_v1.known_call(id); }

logged_update entry_of(const folded_frame& frame, std::uint64_t turn, std::uint64_t process) {
  return {frame.seq, turn, process, frame.message_id, frame.line, frame.version};
}

} // namespace acpd::protocol
