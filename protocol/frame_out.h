#pragma once

#include "protocol/envelope.h"
#include "protocol/render.h"

#include <string>
#include <string_view>

namespace acpd::protocol {

/// Where the frames of one entry go: the logged line as it is, or with another update in it.
/// Without a sink nothing is made. Lives for one entry; private to the room.
class frame_out {
public:
  /// `scratch` is used for lines, and kept by the caller for its capacity.
  frame_out(std::string_view line, const envelope& parts, const renderer::sink* show,
            std::string& scratch)
      : line_(line), parts_(parts), show_(show), scratch_(scratch) {}

  /// Whether anybody looks: what is expensive to make need not be made otherwise.
  bool shown() const { return show_ != nullptr; }

  void unchanged();
  /// The line with `update` for its own; `lost` (members without braces) becomes
  /// params._meta["acpd/v2"]: what the editor's version cannot say.
  void update(std::string_view update, std::string_view lost = {}, std::uint64_t replaced_by = 0);
  /// Another line altogether.
  void line(std::string_view whole, std::uint64_t replaced_by = 0);

  std::string_view params() const { return parts_.params.in(line_); }
  std::string_view session() const { return parts_.session_id.in(line_); }

private:
  std::string_view line_;
  const envelope& parts_;
  const renderer::sink* show_;
  std::string& scratch_;
};

} // namespace acpd::protocol
