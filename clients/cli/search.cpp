#include "clients/cli/commands.h"
#include "clients/cli/exit_codes.h"
#include "clients/cli/index_progress.h"
#include "clients/cli/interrupts.h"
#include "clients/cli/output.h"
#include "clients/cli/text.h"

#include <cstdio>
#include <filesystem>

namespace acpd::cli {
namespace {

std::string search_params(const std::string& folder, const search_options& o) {
  std::string params = R"({"cwd":)" + protocol::quoted(folder) + R"(,"query":)" +
                       protocol::quoted(o.query) + R"(,"text":true,"limit":)" +
                       std::to_string(o.limit);
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) params.append(",\"").append(name).append("\":") += protocol::quoted(value);
  };
  add("path_glob", o.glob);
  add("language", o.language);
  add("kind", o.kind);
  return params + "}";
}

/// As one would type it from here; absolute where that is not below.
std::string shown_path(const std::filesystem::path& root, const std::string& path) {
  const auto whole = root / path;
  std::error_code ec;
  const auto near = whole.lexically_relative(std::filesystem::current_path(ec));
  return ec || near.empty() || *near.begin() == ".." ? whole.string() : near.string();
}

std::string hit_text(const std::filesystem::path& root, json_view hit, bool whole) {
  const std::string name = hit["qname"] ? hit["qname"].text() : hit["name"].text();
  std::string out = printable(shown_path(root, hit["path"].text())) + ":" +
                    std::string(hit["start_line"].raw) + "-" + std::string(hit["end_line"].raw) +
                    "  " + hit["kind"].text() + " " + printable(name) +
                    (hit["stale"].raw == "true" ? "  (changed since it was indexed)" : "") + "\n";
  const std::string text = hit["text"].text();
  if (whole) return out + printable(text) + (text.ends_with('\n') ? "\n" : "\n\n");
  const std::string first = shortened(text.substr(0, text.find('\n')), terminal_columns() - 4);
  return first.empty() ? out : out + "    " + first + "\n";
}

/// What is to be known of an answer beside its hits.
void say_state(json_view result) {
  const json_view coverage = result["coverage"];
  if (result["note"]) std::fprintf(stderr, "%s\n", printable(result["note"].text()).c_str());
  if (!is_complete(coverage))
    std::fprintf(stderr, "the index is not complete yet: %s\n", coverage_text(coverage).c_str());
  if (coverage["problem"])
    std::fprintf(stderr, "the index is not up to date: %s\n",
                 printable(coverage["problem"].text()).c_str());
  if (coverage["partial"].raw == "true")
    std::fprintf(stderr, "changes may be noticed late: %s\n",
                 printable(coverage["reason"].text()).c_str());
}

} // namespace

int search(const common_options& common, const search_options& o) {
  const auto where = wire::find_paths(common.flags);
  if (!where) return report(where.error());
  auto c = client::open(*where, false);
  if (!c) return report(c.error());
  const interrupts counted;
  const std::string folder = index_folder(o.cwd), params = search_params(folder, o);
  auto answer = c->call("_acpd/index/search", params);
  if (answer && !o.now && !is_complete(answer->result()["coverage"])) {
    const auto root = answer->result()["root"].text(); // the search has begun it
    if (const auto over = wait_for_index(*c, root)) return *over;
    answer = c->call("_acpd/index/search", params);
  }
  if (!answer) return report(answer.error());
  const json_view result = answer->result();
  if (common.json) {
    write_out(std::string(result.raw) + "\n");
    return ok;
  }
  const std::filesystem::path root = result["root"].text();
  std::string out;
  result["hits"].each([&](json_view hit) { out += hit_text(root, hit, o.text); });
  write_out(out);
  say_state(result);
  return ok;
}

} // namespace acpd::cli
