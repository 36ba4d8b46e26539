#include "protocol/tool_fold.h"

#include "protocol/envelope.h"

#include <algorithm>

namespace acpd::protocol {
namespace {

// Half of what a line may have, so that a folded line plus what render() inserts is never refused.
constexpr std::size_t max_folded_bytes = max_line_bytes / 2;

std::string process_key(const tool_update& u) {
  return std::to_string(u.process) + ' ' + std::string(u.id);
}
std::string turn_key(const tool_update& u) { return std::to_string(u.turn) + ' ' + process_key(u); }

bool ends_call(std::string_view status) {
  const std::string text = unquote(status);
  return text == "completed" || text == "failed";
}

void append_member(std::string& out, std::string_view key, std::string_view value) {
  ((((out += ",\"") += key) += "\":")) += value;
}

} // namespace

tool_fold::outcome tool_fold::add(const tool_update& u, std::size_t& call) {
  const auto known = open_.find(turn_key(u));
  const bool is_new = known == open_.end() || (u.announces && calls_[known->second].ended);
  call = is_new ? open(u) : known->second;
  call_state& state = calls_[call];
  if (!is_new && state.bytes + u.line.size() > max_folded_bytes) return outcome::too_large;
  note_content(state, u);
  merge(state, u);
  if (is_new && u.announces && !find(state.update, "title").empty()) {
    state.first_line = u.line;
  } else {
    state.first_line = {};
  }
  return is_new ? outcome::opened : outcome::folded;
}

std::size_t tool_fold::open(const tool_update& u) {
  const std::size_t call = calls_.size();
  call_state& state = calls_.emplace_back();
  state.id = u.id;
  state.session_id = u.session_id;
  const auto [newest, first] = newest_.try_emplace(process_key(u), call);
  if (!first) {
    // An announcement is another call; an update in a later turn may belong to the earlier one.
    if (!u.announces) state.earlier = newest->second;
    newest->second = call;
  }
  open_[turn_key(u)] = call;
  return call;
}

/// Before the update is merged: what of the agent's content it would take the place of.
void tool_fold::note_content(call_state& call, const tool_update& u) {
  const std::string_view given = member(u.update, "content");
  if (given.empty() || given == "null") return;
  if (!u.stands_in) return call.behind.clear();
  if (!call.behind.empty()) return;
  const std::string_view own = find(call.update, "content");
  call.behind = own.empty() ? "null" : own;
}

void tool_fold::merge(call_state& call, const tool_update& u) {
  const auto put = [&call](std::vector<field>& fields, std::string_view key,
                           std::string_view value) {
    if (value == "null") return;
    const auto at = std::ranges::find(fields, key, &field::key);
    if (at == fields.end()) {
      fields.push_back({std::string(key), std::string(value)});
      call.bytes += key.size() + value.size() + 4;
    } else {
      call.bytes += value.size();
      call.bytes -= at->value.size();
      at->value = value;
    }
  };
  for_each_member(u.params, [&](std::string_view key, std::string_view value) {
    if (!same_text(key, "sessionId") && !same_text(key, "update")) put(call.params, key, value);
  });
  for_each_member(u.update, [&](std::string_view key, std::string_view value) {
    if (same_text(key, "sessionUpdate") || same_text(key, "toolCallId")) return;
    put(call.update, key, value);
    if (same_text(key, "status") && value != "null") call.ended = ends_call(value);
  });
}

std::string_view tool_fold::find(const std::vector<field>& fields, std::string_view key) {
  const auto at =
      std::ranges::find_if(fields, [&](const field& f) { return same_text(f.key, key); });
  return at == fields.end() ? std::string_view{} : std::string_view(at->value);
}

std::string tool_fold::title_of(std::size_t call) const {
  for (std::size_t at = call; at != none; at = calls_[at].earlier) {
    const auto title = find(calls_[at].update, "title");
    if (!title.empty()) return std::string(title);
  }
  return calls_[call].id; // v1 requires a title
}

std::string tool_fold::line_of(std::size_t call) const {
  const call_state& state = calls_[call];
  if (!state.first_line.empty()) return state.first_line;
  std::string out = R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":)";
  out += state.session_id;
  for (const field& f : state.params)
    append_member(out, f.key, f.value);
  out += R"(,"update":{"sessionUpdate":"tool_call","toolCallId":)";
  out += state.id;
  if (find(state.update, "title").empty()) append_member(out, "title", title_of(call));
  for (const field& f : state.update)
    append_member(out, f.key, f.value);
  return out += "}}}";
}

} // namespace acpd::protocol
