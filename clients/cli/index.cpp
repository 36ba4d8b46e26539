#include "clients/cli/commands.h"
#include "clients/cli/exit_codes.h"
#include "clients/cli/index_progress.h"
#include "clients/cli/interrupts.h"
#include "clients/cli/output.h"
#include "clients/cli/text.h"

#include <cstdio>

namespace acpd::cli {
namespace {

std::string folder_params(const std::string& folder, bool wide = false) {
  return R"({"cwd":)" + protocol::quoted(folder) + (wide ? R"(,"wide":true})" : "}");
}

protocol::result<client> open_client(const common_options& common) {
  const auto where = wire::find_paths(common.flags);
  if (!where) return std::unexpected(where.error());
  return client::open(*where, false);
}

std::string size_text(json_view bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f MB", static_cast<double>(bytes.number_or(0)) / 1e6);
  return text;
}

std::string state_text(json_view folder) {
  const json_view coverage = folder["coverage"];
  std::string text = folder["state"].text();
  if (text == "open") text = is_complete(coverage) ? "fresh" : "indexing";
  for (const json_view why : {folder["problem"], coverage["problem"], coverage["reason"]})
    if (why) text += ": " + printable(why.text());
  return text;
}

int show_all(const common_options& common, const message& answer) {
  const json_view result = answer.result();
  if (common.json) {
    write_out(std::string(result.raw) + "\n");
    return ok;
  }
  std::vector<std::vector<std::string>> rows{{"FOLDER", "FILES", "", "STATE"}};
  result["folders"].each([&](json_view f) {
    rows.push_back({printable(f["root"].text()), f["coverage"] ? coverage_text(f["coverage"]) : "-",
                    f["kept"].raw == "true" ? "kept" : "", state_text(f)});
  });
  if (rows.size() > 1) write_out(table(rows));
  if (result["enabled"].raw == "false")
    std::fputs("the code index is switched off: [index] enabled in config.toml\n", stderr);
  else if (rows.size() == 1)
    std::fputs("no folder is indexed: sessions bring theirs, and so does `acpctl index add`\n",
               stderr);
  if (result["problem"]) std::fprintf(stderr, "%s\n", printable(result["problem"].text()).c_str());
  return ok;
}

int show_one(const common_options& common, const message& answer) {
  const json_view f = answer.result();
  if (common.json) {
    write_out(std::string(f.raw) + "\n");
    return ok;
  }
  const json_view c = f["coverage"];
  std::vector<std::vector<std::string>> rows{{"folder", printable(f["root"].text())},
                                             {"state", state_text(f)},
                                             {"files", c ? coverage_text(c) : "-"}};
  if (const auto lost = c["failed"].number_or(0) + c["unreadable"].number_or(0); lost > 0)
    rows.push_back({"left out", std::to_string(lost) + " could not be read or parsed"});
  if (f["chunks"]) rows.push_back({"pieces", std::string(f["chunks"].raw)});
  if (f["database_bytes"]) rows.push_back({"database", size_text(f["database_bytes"])});
  rows.push_back(
      {"kept", f["kept"].raw == "true" ? "until `acpctl index rm`" : "while it is used"});
  write_out(table(rows));
  return ok;
}

/// One verb on one folder, without a word of its own but in JSON.
int act(const common_options& common, const index_options& o, std::string_view verb,
        std::string_view words) {
  auto c = open_client(common);
  if (!c) return report(c.error());
  const std::string folder = index_folder(o.folder);
  const auto done = c->call("_acpd/index/" + std::string(verb), folder_params(folder));
  if (!done) return report(done.error());
  write_out(common.json ? std::string(done->result().raw) + "\n"
                        : folder + " " + std::string(words) + "\n");
  return ok;
}

} // namespace

int index_status(const common_options& common, const index_options& o) {
  auto c = open_client(common);
  if (!c) return report(c.error());
  const interrupts counted;
  const std::string folder = o.folder.empty() && !o.wait ? "" : index_folder(o.folder);
  if (o.wait)
    if (const auto over = wait_for_index(*c, folder)) return *over;
  const auto now = c->call("_acpd/index/status", folder.empty() ? "{}" : folder_params(folder));
  if (!now) return report(now.error());
  return folder.empty() ? show_all(common, *now) : show_one(common, *now);
}

int index_add(const common_options& common, const index_options& o) {
  auto c = open_client(common);
  if (!c) return report(c.error());
  const interrupts counted;
  const std::string folder = index_folder(o.folder);
  auto added = c->call("_acpd/index/add", folder_params(folder, o.wide));
  if (added && !o.detach) {
    if (const auto over = wait_for_index(*c, folder)) return *over;
    added = c->call("_acpd/index/status", folder_params(folder));
  }
  if (!added) return report(added.error());
  return show_one(common, *added);
}

int index_remove(const common_options& common, const index_options& o) {
  return act(common, o, "rm", "is no longer indexed; its index is deleted");
}

int index_rebuild(const common_options& common, const index_options& o) {
  return act(common, o, "rebuild", "is indexed anew: `acpctl index status --wait` follows it");
}

} // namespace acpd::cli
