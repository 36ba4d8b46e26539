#include "clients/cli/commands.h"
#include "clients/cli/exit_codes.h"
#include "clients/cli/output.h"
#include "clients/cli/sessions.h"
#include "clients/cli/text.h"

#include <cstdio>

namespace acpd::cli {
namespace {

std::string state_text(const session_item& s) {
  std::string text = s.state.empty() ? "-" : s.state;
  if (s.state == "requires_action") text = "waits for you";
  if (s.queued > 0) text += " +" + std::to_string(s.queued);
  return text;
}

std::string as_table(const std::vector<session_item>& all) {
  const std::size_t id_length = shown_id_length(all);
  std::vector<std::vector<std::string>> rows{
      {"SESSION", "AGENT", "STATE", "PROGRESS", "UPDATED", "FOLDER", "TITLE"}};
  for (const session_item& s : all)
    rows.push_back({printable(s.id.substr(0, id_length)), printable(s.agent), state_text(s),
                    s.total > 0 ? progress_text(s.done, s.total, printable(s.unit)) : "-",
                    s.updated_at.empty() ? "-" : local_time(s.updated_at), printable(s.cwd),
                    shortened(s.title, 60)});
  return table(rows);
}

} // namespace

int list(const common_options& common, bool only_ids) {
  const auto where = wire::find_paths(common.flags);
  if (!where) return report(where.error());
  auto c = client::open(*where, false);
  if (!c) return report(c.error());
  const auto all = list_sessions(*c);
  if (!all) return report(all.error());
  std::string out;
  if (common.json) {
    for (const session_item& s : *all)
      out += (out.empty() ? "[" : ",\n ") + s.raw;
    out = out.empty() ? "[]\n" : out + "]\n";
  } else if (only_ids) {
    for (const session_item& s : *all)
      out += s.id + "\n";
  } else if (all->empty()) {
    std::fputs("no sessions: `acpctl run PROMPT` makes one\n", stderr);
  } else {
    out = as_table(*all);
  }
  write_out(out);
  return ok;
}

} // namespace acpd::cli
