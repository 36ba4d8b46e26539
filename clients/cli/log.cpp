#include "clients/cli/commands.h"
#include "clients/cli/exit_codes.h"
#include "clients/cli/output.h"
#include "clients/cli/render.h"
#include "clients/cli/sessions.h"
#include "clients/cli/text.h"

namespace acpd::cli {
namespace {

constexpr int page_entries = 500;
constexpr int follow_wait_ms = 30'000; // the daemon's limit; then it is asked again

std::string entry_line(json_view entry) {
  const std::string kind = entry["kind"].text();
  const json_view frame = entry["frame"];
  std::string about;
  if (frame["method"].text() == "session/update")
    about = update_summary(frame["params"], 100);
  else if (frame["method"])
    about = question_title(frame["method"].text(), frame["params"]);
  else if (frame["result"]["stopReason"])
    about = frame["result"]["stopReason"].text();
  else if (frame["error"])
    about = shortened(frame["error"]["message"].text(), 100);
  return std::string(entry["seq"].raw) + "  " + local_time(entry["at"].text()) + "  turn " +
         std::string(entry["turn"].raw) + "  " + printable(kind) +
         (about.empty() ? "" : "  " + about) + "\n";
}

} // namespace

int log(const common_options& common, const log_options& o) {
  const auto where = wire::find_paths(common.flags);
  if (!where) return report(where.error());
  auto c = client::open(*where, false);
  if (!c) return report(c.error());
  const auto session = find_session(*c, o.session);
  if (!session) return report(session.error());

  std::int64_t from = o.from;
  const std::string id = protocol::quoted(session->id);
  for (bool at_end = false; !at_end || o.follow;) {
    std::string params = R"({"sessionId":)" + id + R"(,"from":)" + std::to_string(from) +
                         R"(,"limit":)" + std::to_string(page_entries);
    if (at_end) params += R"(,"waitMs":)" + std::to_string(follow_wait_ms);
    const auto page = c->call("_acpd/log", params + "}");
    if (!page) return report(page.error());
    std::string out;
    const std::int64_t before = from;
    page->result()["entries"].each([&](json_view entry) {
      // As the daemon gave them: a program compares them byte by byte.
      out += common.json ? std::string(entry.raw) + "\n" : entry_line(entry);
      from = entry["seq"].number_or(from) + 1;
    });
    write_out(out);
    at_end = from == before || from > page->result()["head"].number_or(0);
  }
  return ok;
}

} // namespace acpd::cli
