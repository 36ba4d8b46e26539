#pragma once

#include "protocol/failure.h"
#include "protocol/render.h"
#include "protocol/version.h"

#include <string>
#include <string_view>
#include <vector>

/// Requests and their answers in the words of the other version. Pure functions on raw JSON: spans
/// are moved, unknown members stay, what the other version cannot say is left out (VERSIONS.md).
/// All of `params` and `result` must come from lines that scan() has taken. The caller sees to what
/// is no question of words: who answers a prompt when, states, terminals, fs, queues.
namespace acpd::protocol {

/// A request or notification in the other version's words.
struct converted {
  std::string method;
  std::string params; // raw object; empty when there are none
};

/// An editor's request or notification, for an agent of version `agent`, which is not the editor's:
/// authenticate ⇄ auth/login, logout ⇄ auth/logout, session/load ⇄ session/resume from the start,
/// session/set_mode ⇄ session/set_config_option on the option of category mode, mcpServers,
/// prompts. `facts` are the agent's. Others pass as they are. Errors: method_not_found for what the
/// agent's version has not (tool_call/cancel, terminal/cancel on v1), invalid_params for a prompt
/// with a content block or a value of a type that v1 does not know.
result<converted> request_for(acp_version agent, std::string_view method, std::string_view params,
                              const session_facts& facts);

/// The agent's result of that request, for an editor of version `editor`, which is not the agent's.
/// `method` is the editor's. Modes become a configuration option of category mode, and the other
/// way round. What a v2 result says of commands has no place in v1: commands_update() says it.
std::string result_for(acp_version editor, std::string_view method, std::string_view result,
                       const editor_view& view);

/// A whole v1 available_commands_update of a v2 result's availableCommands; empty if it has none.
std::string commands_update(std::string_view session, std::string_view v2_result);
/// The v2 form of a v1 array of commands, for availableCommands in a v2 result.
std::string commands_for_v2(std::string_view v1_commands);

/// An agent's request or notification to the editor (session/request_permission,
/// elicitation/create; others pass as they are), for an editor of the other version. `hint` is what
/// is known of the tool call that a permission is about; `unique` makes an id for a call that v1
/// needs and v2 did not name, e.g. the question's number.
std::string question_for(acp_version editor, std::string_view method, std::string_view params,
                         const call_hint& hint, std::string_view unique);

/// The editor's result of that request, for an agent of version `agent`. Outcomes that the agent's
/// version has not become `cancelled`, actions `cancel`: nothing is ever approved by conversion.
std::string answer_for(acp_version agent, std::string_view method, std::string_view result);

/// initialize: params of an editor for an agent of the other version, and the agent's result for an
/// editor of the other version. protocolVersion becomes that version.
std::string initialize_params_for(acp_version agent, std::string_view params);
std::string initialize_result_for(acp_version editor, std::string_view result);

/// mcpServers. v2 has no sse and v1 no unknown types: those are left out, their names in `refused`.
std::string mcp_servers_for(acp_version agent, std::string_view servers,
                            std::vector<std::string>* refused = nullptr);

/// The configId under which v2 editors see a v1 agent's modes: "mode", unless an option that is no
/// mode has that id. `config_options` is the agent's v1 array or empty.
std::string mode_option_id(std::string_view config_options);

} // namespace acpd::protocol
