#include "server/net/index_hints.h"

#include <algorithm>
#include <utility>

namespace acpd::net {

using namespace protocol;

namespace {

bool writes(std::string_view kind) {
  static constexpr std::string_view kinds[] = {R"("edit")", R"("delete")", R"("move")",
                                               R"("execute")", R"("other")"};
  return std::ranges::find(kinds, kind) != std::end(kinds);
}

void add_path(std::vector<std::string>& to, std::string_view raw) {
  std::string path = unquote(raw);
  if (path.starts_with('/') && std::ranges::find(to, path) == to.end())
    to.push_back(std::move(path));
}

} // namespace

std::vector<std::string> index_hints::heard(std::int64_t session, std::string_view line,
                                            const envelope& e) {
  if (e.kind != shape::notification || !e.update || !e.variant ||
      !e.variant.in(line).starts_with("tool_call"))
    return {};
  const std::string_view update = e.update.in(line);
  auto& open = calls_[session];
  const std::string id(member(update, "toolCallId"));
  if (open.size() >= most_calls && !open.contains(id)) open.clear(); // it never ends them
  call& c = open[id];
  if (const auto kind = member(update, "kind"); !kind.empty()) c.writes = writes(kind);
  for_each_element(member(update, "content"), [&](std::string_view content) {
    if (member(content, "type") == R"("diff")") add_path(c.diffs, member(content, "path"));
  });
  for_each_element(member(update, "locations"),
                   [&](std::string_view place) { add_path(c.locations, member(place, "path")); });
  const std::string_view status = member(update, "status");
  if (status != R"("completed")" && status != R"("failed")") return {};
  call ended = std::move(c);
  open.erase(id);
  if (ended.writes)
    for (std::string& path : ended.locations)
      ended.diffs.push_back(std::move(path));
  return std::move(ended.diffs);
}

} // namespace acpd::net
