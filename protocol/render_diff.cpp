#include "protocol/git_patch.h"
#include "protocol/render_fields.h"

#include <algorithm>

namespace acpd::protocol::fields {
namespace {

std::string text_item(std::string_view text) {
  std::string out;
  json_builder(out, '{').text("type", "content").raw("content", text_block(text)).end();
  return out;
}

std::string diff_to_v2(std::string_view item) {
  const auto path = member(item, "path");
  const auto old_text = member(item, "oldText");
  const bool is_new = !is_string(old_text);
  std::string change;
  json_builder(change, '{')
      .text("operation", is_new ? "add" : "modify")
      .raw("path", path)
      .text("fileType", "text")
      .end();
  const std::string before = unquote(old_text);
  const std::string text =
      git_patch(unquote(path), is_new ? std::nullopt : std::optional<std::string_view>(before),
                unquote(member(item, "newText")));
  std::string out;
  json_builder diff(out, '{');
  diff.text("type", "diff").raw("changes", '[' + change + ']');
  if (!text.empty()) {
    std::string patch;
    json_builder(patch, '{').text("format", "git_patch").text("text", text).end();
    diff.raw("patch", patch);
  }
  diff.raw_if("_meta", member(item, "_meta")).end();
  return out;
}

struct change {
  std::string operation, path, old_path;
  bool text = true;
};

change change_of(std::string_view raw) {
  const auto type = member(raw, "fileType");
  return {unquote(member(raw, "operation")), unquote(member(raw, "path")),
          unquote(member(raw, "oldPath")), type.empty() || is_null(type) || says(type, "text")};
}

std::string in_words(const change& c) {
  if (c.operation == "move") return "moved " + c.old_path + " to " + c.path;
  if (c.operation == "copy") return "copied " + c.old_path + " to " + c.path;
  if (c.operation == "add") return "added " + c.path;
  if (c.operation == "delete") return "deleted " + c.path;
  if (c.operation == "modify") return "modified " + c.path;
  return c.operation + " " + c.path;
}

/// A hunk as a v1 diff: v1 has no patches, and agents give excerpts as old and new text, too.
void add_hunk(json_builder& items, const change& c, const patch_hunk& hunk) {
  std::string out;
  json_builder diff(out, '{');
  diff.text("type", "diff").text("path", c.path);
  if (c.operation != "add") diff.text("oldText", hunk.old_text);
  diff.text("newText", hunk.new_text).end();
  items.element(out);
}

void add_change(json_builder& items, const change& c, const std::vector<file_patch>& patches) {
  const auto patch = std::ranges::find_if(patches, [&](const file_patch& p) {
    return (p.new_path.empty() ? p.old_path : p.new_path) == c.path;
  });
  const bool shown = c.text && patch != patches.end() && !patch->binary;
  if (!shown || patch->hunks.empty()) {
    if (shown && c.operation == "add") return add_hunk(items, c, {}); // an empty file
    return items.element(text_item(in_words(c))), void();
  }
  if (c.operation == "move" || c.operation == "copy") items.element(text_item(in_words(c)));
  for (const patch_hunk& hunk : patch->hunks)
    add_hunk(items, c, hunk);
}

void diff_to_v1(json_builder& items, std::string_view item) {
  std::vector<file_patch> patches;
  const auto patch = member(item, "patch");
  if (says(member(patch, "format"), "git_patch"))
    patches = parse_git_patch(unquote(member(patch, "text"))).value_or(std::vector<file_patch>{});
  for_each_element(member(item, "changes"),
                   [&](std::string_view raw) { add_change(items, change_of(raw), patches); });
}

} // namespace

std::string tool_content_to_v2(std::string_view array) {
  std::string out;
  json_builder items(out, '[');
  for_each_element(array, [&](std::string_view item) {
    if (says(member(item, "type"), "diff")) {
      items.element(diff_to_v2(item));
    } else {
      items.element(item);
    }
  });
  items.end();
  return out;
}

void tool_item_to_v1(json_builder& items, std::string_view item, const terminal_text& terminal) {
  const auto type = member(item, "type");
  if (says(type, "diff")) return diff_to_v1(items, item);
  std::string content;
  if (says(type, "content")) {
    const auto block = member(item, "content");
    if (is_v1_block(block)) return items.element(item), void();
    content = block_to_v1(block);
  } else if (says(type, "terminal")) {
    content = terminal(member(item, "terminalId"));
  } else {
    content = block_to_v1(item); // the text that says which type it was
  }
  std::string out;
  json_builder(out, '{').text("type", "content").raw("content", content).end();
  items.element(out);
}

} // namespace acpd::protocol::fields
