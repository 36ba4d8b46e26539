#include "server/net/edge.h"

#include "protocol/envelope.h"
#include "protocol/splice.h"

#include <algorithm>

namespace acpd::net {

using namespace protocol;

std::string notice_as_message(std::string_view line) {
  const auto e = scan(line);
  if (!e || !e->update) return {};
  const std::string_view update = e->update.in(line);
  const std::string severity = unquote(member(update, "severity"));
  if (severity != "warning" && severity != "error") return {};
  std::string text = severity == "error" ? "\n\n**Error:** " : "\n\n**Warning:** ";
  text += unquote(member(update, "title"));
  if (const std::string more = unquote(member(update, "description")); !more.empty())
    text += "\n\n" + more;
  text += "\n\n";
  const std::string message =
      R"({"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":)" + quoted(text) +
      "}}";
  std::string out;
  apply(out, line, {{e->update, message}});
  return out;
}

std::string select_options(std::string_view options) {
  std::string out = "[";
  for_each_element(options, [&](std::string_view option) {
    if (member(option, "type") == R"("boolean")") return;
    if (out.size() > 1) out += ',';
    out += option;
  });
  return out += ']';
}

std::string without_boolean_options(std::string_view lines) {
  std::string out;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    const auto e = scan(line);
    const std::string_view options =
        e && e->update ? member(e->update.in(line), "configOptions") : std::string_view();
    if (options.starts_with('['))
      apply(out, line, {{span_of(options, line), select_options(options)}});
    else
      out += line;
    if (end < lines.size()) out += '\n';
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return out;
}

std::string in_session_scope(std::string_view line, std::string_view quoted_sid) {
  const auto e = scan(line);
  if (!e || !e->params || e->session_id) return std::string(line);
  std::string params = R"({"sessionId":)" + std::string(quoted_sid);
  for_each_member(e->params.in(line), [&](std::string_view key, std::string_view value) {
    if (same_text(key, "requestId")) return;
    ((((params += ",\"") += key) += "\":")) += value;
  });
  std::string out;
  apply(out, line, {{e->params, params + "}"}});
  return out;
}

} // namespace acpd::net
