// An observer's bridge: whatever it writes, cut anywhere, nothing that changes something reaches
// the daemon.
#include "server/net/remote/observer.h"

#include "server/wire/bridge_frames.h"
#include "tests/fuzz/require.h"

using namespace acpd;
using namespace acpd::remote;

namespace {

observer_frames::output run(std::string_view stream, std::size_t piece) {
  observer_frames f;
  observer_frames::output all;
  for (std::size_t at = 0; !all.broken && at < stream.size(); at += piece) {
    const auto out = f.from_client(stream.substr(at, piece));
    all.to_daemon += out.to_daemon;
    all.to_client += out.to_client;
    all.broken = out.broken;
  }
  return all;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string stream = std::string(wire::bridge_magic) +
                             std::string(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = run(stream, stream.size());
  const auto cut = run(stream, 1 + data[0]);
  ACPD_REQUIRE(whole.broken == cut.broken);
  if (!whole.broken)
    ACPD_REQUIRE(whole.to_daemon == cut.to_daemon && whole.to_client == cut.to_client);

  if (whole.to_daemon.size() < wire::bridge_magic.size()) return 0;
  const observer judge;
  wire::frame_splitter frames;
  frames.feed(std::string_view(whole.to_daemon).substr(wire::bridge_magic.size()),
              [&](const wire::frame_header& h, std::string_view payload) {
                if (static_cast<wire::bridge_frame>(h.type) == wire::bridge_frame::line)
                  ACPD_REQUIRE(judge.from_client(payload).what == observer::verdict::forward);
              });
  return 0;
}
