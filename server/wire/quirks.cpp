#include "server/wire/quirks.h"

#include <algorithm>
#include <array>

namespace acpd::wire {
namespace {

// Measured with the plugins at the commits that tests/editors/plugins.txt names.
constexpr std::array<client_quirk, 2> clients{{
    {"CodeCompanion.nvim", "", true,
     "its close key sends session/cancel and at once SIGTERM: the person closed a chat"},
    {"", "nvim", true,
     "avante.nvim, which gives no name: Neovim's end sends session/cancel, SIGTERM and SIGKILL "
     "at once: the person closed the editor"},
}};

// Seen on the wire of the versions that the table of known agents was tried with.
constexpr std::array<agent_quirk, 1> agents{{
    {"qwen", true,
     "advertises session/resume and answers it with -32601: session/load is asked at once"},
}};

} // namespace

std::span<const client_quirk> client_quirks() { return clients; }

std::span<const agent_quirk> agent_quirks() { return agents; }

bool cancels_on_quit(std::string_view name, std::string_view parent) {
  return std::ranges::any_of(clients, [&](const client_quirk& q) {
    return q.cancel_on_quit && q.name == name && (q.parent.empty() || q.parent == parent);
  });
}

bool refuses_resume(std::string_view agent) {
  return std::ranges::any_of(
      agents, [&](const agent_quirk& q) { return q.resume_refused && q.agent == agent; });
}

} // namespace acpd::wire
