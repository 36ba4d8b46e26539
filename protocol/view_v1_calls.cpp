#include "protocol/render_fields.h"
#include "protocol/view_v1.h"

#include <algorithm>
#include <functional>

namespace acpd::protocol {
namespace {

using namespace fields;

std::uint64_t frame_key(std::string_view id) {
  return std::hash<std::string_view>{}(id) | 1U; // 0 would say that nothing replaces it
}

std::string_view or_null(std::string_view raw) { return raw.empty() ? "null" : raw; }

/// What becomes of a field that v2 clears; empty: v1 has no word for that.
std::string cleared(std::string_view key) {
  if (key == "kind") return R"("other")";
  if (key == "status") return R"("pending")";
  if (key == "content" || key == "locations") return "[]";
  return {};
}

/// The fields of a patch that v1 spells otherwise, for a call that it knows (`first`: does not
/// yet).
void write_field(json_builder& to, json_builder& lost, std::string_view key, std::string_view value,
                 bool first) {
  if (same_text(key, "capabilities")) return lost.raw(key, value), void();
  if (is_null(value)) {
    const std::string clear = first ? std::string{} : cleared(key);
    if (!clear.empty()) {
      to.raw(key, clear);
    } else if (!first) {
      lost.raw(key, value);
    }
    return;
  }
  const bool kind = same_text(key, "kind");
  if (!kind && !same_text(key, "status")) return to.raw(key, value), void();
  const auto known = kind ? tool_kind_to_v1(value) : tool_status_to_v1(value);
  to.raw(key, known);
  if (known != value) lost.raw(key, value);
}

std::string as_line(std::string_view update) {
  return R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"","update":)" +
         std::string(update) + "}}";
}

} // namespace

bool view_v1::call::ended() const {
  return says(status, "completed") || says(status, "failed") || says(status, "cancelled");
}

bool view_v1::add_call(const logged_update& u, std::string_view variant, std::string_view update,
                       frame_out& out) {
  if (variant == "tool_call_update") return tool(u, update, out), true;
  if (variant == "tool_call_content_chunk") return tool_chunk(u, update, out), true;
  if (variant == "terminal_update") return terminal(u, update, false, out), true;
  if (variant == "terminal_output_chunk") return terminal(u, update, true, out), true;
  return false;
}

/// v1 wants a title of every call.
std::string view_v1::title_of(const call& c, std::string_view id) {
  if (!c.title.empty()) return c.title;
  return c.name.empty() ? std::string(id) : c.name;
}

void view_v1::learn(call& c, std::string_view update) {
  const auto take = [](std::string& field, std::string_view value) {
    field = is_string(value) ? value : std::string_view{};
  };
  for_each_member(update, [&](std::string_view key, std::string_view value) {
    if (same_text(key, "title")) take(c.title, value);
    if (same_text(key, "name")) take(c.name, value);
    if (same_text(key, "status")) take(c.status, value);
    if (!same_text(key, "content")) return;
    c.content.clear();
    for_each_element(value, [&](std::string_view item) { c.content.emplace_back(item); });
  });
}

std::string view_v1::content_of(const call& c) const {
  const terminal_text text = [this](std::string_view id) {
    const auto known = terminals_.find(id);
    return known == terminals_.end() ? text_block("(terminal)") : known->second.as_block();
  };
  std::string out;
  json_builder items(out, '[');
  for (const std::string& item : c.content)
    tool_item_to_v1(items, item, text);
  items.end();
  return out;
}

void view_v1::tool(const logged_update& u, std::string_view update, frame_out& out) {
  const auto id = member(update, "toolCallId");
  if (!is_string(id)) return;
  const auto [at, first] = calls_.try_emplace(std::string(id));
  call& c = at->second;
  if (first) c.opened = u.seq;
  learn(c, update);
  note_terminals(c, id);
  if (!out.shown()) return;
  std::string patch;
  std::string lost;
  json_builder to(patch, '{');
  json_builder lost_fields(lost, '{');
  to.text("sessionUpdate", first ? "tool_call" : "tool_call_update").raw("toolCallId", id);
  if (first || is_null(member(update, "title"))) to.raw("title", title_of(c, id));
  for_each_member(update, [&](std::string_view key, std::string_view value) {
    if (same_text(key, "sessionUpdate") || same_text(key, "toolCallId")) return;
    if (same_text(key, "title") && (first || is_null(value))) return;
    if (same_text(key, "content") && is_array(value)) return to.raw(key, content_of(c)), void();
    write_field(to, lost_fields, key, value, first);
  });
  to.end();
  out.update(patch, std::string_view(lost).substr(1));
}

void view_v1::tool_chunk(const logged_update& u, std::string_view update, frame_out& out) {
  const auto id = member(update, "toolCallId");
  const auto item = member(update, "content");
  if (!is_string(id) || !is_object(item)) return;
  const auto [at, first] = calls_.try_emplace(std::string(id));
  call& c = at->second;
  if (first) c.opened = u.seq;
  c.content.emplace_back(item);
  note_terminals(c, id);
  show_content(c, id, first, out);
}

/// v1 replaces a call's content as a whole.
void view_v1::show_content(const call& c, std::string_view id, bool first, frame_out& out) const {
  if (!out.shown()) return;
  std::string patch;
  json_builder to(patch, '{');
  to.text("sessionUpdate", first ? "tool_call" : "tool_call_update").raw("toolCallId", id);
  if (first) to.raw("title", title_of(c, id));
  to.raw("content", content_of(c)).end();
  out.update(patch, {}, first ? 0 : frame_key(id));
}

// ---- terminals

void view_v1::note_terminals(const call& c, std::string_view id) {
  for (const std::string& item : c.content) {
    const auto terminal_id = member(item, "terminalId");
    if (!is_string(terminal_id) || !says(member(item, "type"), "terminal")) continue;
    auto& used_in = terminals_[std::string(terminal_id)].used_in;
    const auto at = std::ranges::lower_bound(used_in, id);
    if (at == used_in.end() || *at != id) used_in.emplace(at, id);
  }
}

void view_v1::terminal(const logged_update& u, std::string_view update, bool chunk,
                       frame_out& out) {
  const auto id = member(update, "terminalId");
  if (!is_string(id)) return;
  const auto [at, first] = terminals_.try_emplace(std::string(id));
  shown_terminal& t = at->second;
  if (first) t.opened = u.seq;
  if (chunk) {
    t.append(member(update, "data"));
  } else {
    t.patch(update);
  }
  if (!out.shown()) return;
  for (const std::string& call_id : t.used_in) {
    const auto c = calls_.find(call_id);
    if (c != calls_.end() && shows(c->second, id)) show_content(c->second, call_id, false, out);
  }
}

bool view_v1::shows(const call& c, std::string_view terminal_id) {
  return std::ranges::any_of(c.content, [&](const std::string& item) {
    return says(member(item, "type"), "terminal") && member(item, "terminalId") == terminal_id;
  });
}

// ---- for the next one

std::vector<std::string> view_v1::carried() const {
  std::vector<std::pair<std::uint64_t, std::string>> made;
  for (const auto& [id, t] : terminals_) {
    const bool in_use = std::ranges::any_of(t.used_in, [this](const std::string& call_id) {
      const auto c = calls_.find(call_id);
      return c != calls_.end() && !c->second.ended();
    });
    if (!t.exited() || in_use) made.emplace_back(t.opened, as_line(t.as_update(id)));
  }
  for (const auto& [id, c] : calls_) {
    if (c.ended()) continue;
    std::string content;
    json_builder items(content, '[');
    for (const std::string& item : c.content)
      items.element(item);
    items.end();
    std::string update;
    json_builder(update, '{')
        .text("sessionUpdate", "tool_call_update")
        .raw("toolCallId", id)
        .raw("title", or_null(c.title))
        .raw("name", or_null(c.name))
        .raw("status", or_null(c.status))
        .raw("content", content)
        .end();
    made.emplace_back(c.opened, as_line(update));
  }
  std::ranges::sort(made);
  std::vector<std::string> lines;
  for (auto& [seq, line] : made)
    lines.push_back(std::move(line));
  return lines;
}

call_hint view_v1::known_call(std::string_view id) const {
  const auto known = calls_.find(id);
  if (known == calls_.end()) return {};
  call_hint hint{known->second.title, "["};
  for (const std::string& item : known->second.content)
    (hint.content += hint.content.size() > 1 ? "," : "") += item;
  hint.content += ']';
  return hint;
}

} // namespace acpd::protocol
