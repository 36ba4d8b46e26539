#include "server/net/questions.h"

#include "protocol/acp_v2.h"
#include "protocol/convert.h"
#include "protocol/splice.h"
#include "server/core/lines.h"
#include "server/net/edge.h"
#include "server/net/hub.h"

namespace acpd::net {

using namespace protocol;

namespace {

/// The question's tool call, as the agent's version names it.
std::string_view call_in(std::string_view params) {
  const std::string_view v1 = member(params, "toolCall");
  return v1.empty() ? member(member(params, "subject"), "toolCall") : v1;
}

std::string in_words_of(acp_version version, session_host& host, const core::question& q,
                        std::string line) {
  if (q.version == version) return line;
  const auto e = scan(line);
  if (!e || !e->params) return line;
  const std::string_view params = e->params.in(line);
  entry_view* known = host.log.view(version);
  const std::string_view call = member(call_in(params), "toolCallId");
  const call_hint hint = known && !call.empty() ? known->known_call(call) : call_hint();
  std::string out;
  apply(out, line,
        {{e->params, question_for(version, q.method, params, hint, std::to_string(q.id))}});
  return out;
}

} // namespace

std::string asked_of_editor(session_host& host, const core::question& q, acp_version version) {
  std::string asked = q.kind == core::question_kind::elicitation
                          ? in_session_scope(q.line, host.core.quoted_sid())
                          : q.line;
  const auto e = scan(asked);
  if (!e) return asked;
  const std::string_view content = member(call_in(e->params.in(asked)), "content");
  if (const std::string texts = host.core.terminals().as_text(content); !texts.empty()) {
    std::string shown;
    apply(shown, asked, {{span_of(content, asked), texts}});
    asked = std::move(shown);
  }
  return in_words_of(version, host, q, std::move(asked));
}

std::string answer_of_editor(const core::question& q, acp_version version,
                             std::string_view result) {
  return q.version == version ? std::string(result) : answer_for(q.version, q.method, result);
}

std::string message_for(const session_host& host, acp_version version, std::string_view text) {
  if (version == acp_version::v1) return core::own_message(host.core.quoted_sid(), text);
  std::string line;
  v2::agent_message_chunk(line, host.core.quoted_sid(), protocol::quoted("acpd-" + random_hex(12)),
                          text);
  return line;
}

} // namespace acpd::net
