#pragma once

#include <span>
#include <string_view>

namespace acpd::wire {

// What single clients and agents do otherwise than the rest, and what acpd does about it. A rule
// that does not harm the others is no quirk: it holds for all, and stands where it is applied.

/// A client, known by the name in its `initialize`.
struct client_quirk {
  std::string_view name;   // clientInfo.name; empty: it gives none
  std::string_view parent; // with it: the program that started the bridge; empty: any
  bool cancel_on_quit;     // session/cancel right before its end means "I am going", not "stop"
  std::string_view reason; // what was seen
};

/// An agent, known by its name in the table of known agents.
struct agent_quirk {
  std::string_view agent;
  bool resume_refused; // says that it has session/resume, and answers "method not found"
  std::string_view reason;
};

std::span<const client_quirk> client_quirks();
std::span<const agent_quirk> agent_quirks();

/// Whether a client of that name, started by that program, cancels when it only quits.
bool cancels_on_quit(std::string_view name, std::string_view parent);
/// Whether the agent's word that it can resume is not to be believed.
bool refuses_resume(std::string_view agent);

} // namespace acpd::wire
