#pragma once

#include "server/core/session.h"

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::core {

/// What a session needs of a new agent process.
struct opening {
  std::string cwd;             // raw JSON string
  std::string additional_dirs; // raw JSON array, or empty
  std::string mcp_servers;     // raw JSON array
  std::string agent_sid;  // raw JSON string of the agent's own id: restore it; empty: a new session
  bool had_turns = false; // losing the agent's own memory must be said
  bool importing = false; // agent_sid is a session that acpd never had: loaded or nothing
  bool resume_refused = false; // this agent's capability is not to be believed
  std::vector<choice> chosen;  // modes and options to ask for again
  std::string fork_of; // raw JSON string of the agent's session to begin with a copy of; or empty
};

/// acpd's side of the first words with an agent process: initialize, authenticate as before, a new
/// session or the old one (resume, else load, else a new one), then the modes that a person chose.
/// Pure. Owned by one agent link; session thread.
class handshake {
public:
  struct request {
    std::string method;
    std::string params; // raw JSON
  };
  enum class state {
    initializing,
    older, // it speaks v1 only: it must be started again, and begin() be asked anew
    idle,  // initialised; nobody has asked for a session (a probe)
    opening,
    ready,
    failed,
  };

  /// `auth`: raw params of the last successful authenticate of this agent; empty: none.
  explicit handshake(std::string auth) : auth_(std::move(auth)) {}
  /// The same, when it is only known after open(). Before begin().
  void login_with(std::string auth) { auth_ = std::move(auth); }
  /// The version of ACP to ask for. Before begin().
  void speak(protocol::acp_version version) { version_ = version; }

  request begin();
  protocol::acp_version version() const { return version_; } // sure once initialised
  /// The session that is wanted; at any time, once. The next request, if it can be made now.
  std::optional<request> open(opening what);
  /// The answer to the last request: raw result or raw error. The next request, if there is one.
  std::optional<request> on_response(std::string_view result, std::string_view error);
  /// Should this update of the agent be kept from the log? (Its replay of what acpd has itself.)
  bool swallows(std::string_view variant);

  /// The last session/new failed: the process takes another open(), e.g. after an authenticate.
  void retry();

  state now() const { return state_; }
  bool importing() const { return what_ && what_->importing; }
  const std::string& initialize_result() const { return initialize_result_; } // raw JSON
  const std::string& agent_sid() const { return agent_sid_; }                 // raw JSON string
  const std::string& modes() const { return modes_; }
  const std::string& config_options() const { return config_options_; }
  const std::string& commands() const { return commands_; } // v2: availableCommands
  bool fresh_after_loss() const { return fresh_after_loss_; }
  /// Why it failed: the agent's own error object, raw.
  const std::string& error() const { return error_; }
  /// A choice of mode or option could not be restored: the session must not go on more loosely.
  const std::string& lost_choice() const { return lost_choice_; }

private:
  enum class step { initialize, authenticate, fresh, resume, load, choose };
  bool is_v2() const { return version_ == protocol::acp_version::v2; }
  std::optional<request> on_initialized(std::string_view result, std::string_view error);
  std::optional<request> ask_open();
  std::optional<request> ask_again();
  bool resumes() const;
  bool loads() const;
  bool forks() const;
  std::optional<request> ask_fresh();
  std::optional<request> ask_choice();
  request with_session(std::string_view method, bool needs_servers);
  std::optional<request> fail(std::string_view error);
  std::optional<request> fail(int code, std::string_view text);
  void keep(std::string_view result);

  std::string auth_;
  protocol::acp_version version_ = protocol::acp_version::v1;
  step step_ = step::initialize;
  state state_ = state::initializing;
  std::optional<opening> what_;
  std::size_t next_choice_ = 0;
  std::size_t replayed_ = 0; // updates swallowed since the last request
  bool authenticated_ = false;
  bool fresh_after_loss_ = false;
  std::string initialize_result_, agent_sid_, modes_, config_options_, commands_, error_,
      lost_choice_;
};

/// What acpd says of itself to every agent: `clientCapabilities` of v1, `capabilities` of v2.
std::string_view client_capabilities(protocol::acp_version version);

/// authenticate and logout, auth/login and auth/logout: in that version's words.
std::string_view login_method(protocol::acp_version version, std::string_view method);

} // namespace acpd::core
