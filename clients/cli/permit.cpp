#include "clients/cli/commands.h"
#include "clients/cli/exit_codes.h"
#include "clients/cli/output.h"
#include "clients/cli/sessions.h"
#include "clients/cli/text.h"

#include <iostream>
#include <vector>

namespace acpd::cli {
namespace {

struct pending {
  json_view id;
  std::string session, method, asked_at;
  json_view params;
  std::string_view raw;
};

std::string id_text(const pending& q) {
  return q.id.is_string() ? q.id.text() : std::string(q.id.raw);
}

std::vector<pending> read_pending(json_view result) {
  std::vector<pending> out;
  result["pending"].each([&](json_view q) {
    out.push_back({q["id"], q["sessionId"].text(), q["method"].text(), q["askedAt"].text(),
                   q["params"], q.raw});
  });
  return out;
}

std::string heading(const pending& q) {
  return "question " + id_text(q) + ", session " + printable(q.session) + ", asked " +
         local_time(q.asked_at) + "\n";
}

void show(const common_options& common, const std::vector<pending>& all) {
  std::string out;
  for (const pending& q : all)
    if (common.json)
      out += (out.empty() ? "[" : ",\n ") + std::string(q.raw);
    else
      out += heading(q) + describe_question(q.method, q.params);
  if (common.json) out = out.empty() ? "[]\n" : out + "]\n";
  write_out(out);
}

protocol::result<void> send(client& c, const pending& q, const std::string& result) {
  const auto done = c.call("_acpd/pending/answer",
                           R"({"id":)" + std::string(q.id.raw) + R"(,"result":)" + result + "}");
  if (!done) return std::unexpected(done.error());
  return {};
}

/// Asks each question on the terminal; an empty line leaves one as it is.
int ask_all(client& c, const std::vector<pending>& all) {
  for (const pending& q : all) {
    write_out(heading(q) + describe_question(q.method, q.params));
    for (;;) {
      write_out("answer (empty: later)? ");
      std::string line;
      if (!std::getline(std::cin, line) || line.empty()) break;
      const auto answer = answer_with_line(q.method, q.params, line);
      const auto done = answer ? send(c, q, *answer) : std::unexpected(answer.error());
      if (done) break;
      write_out(done.error().text + "\n");
      if (answer) break; // the daemon refused: somebody else was first
    }
  }
  return ok;
}

int answer_flagged(client& c, const common_options& common, const permit_options& o,
                   const std::vector<pending>& all) {
  if (all.empty())
    return report({protocol::not_found, o.id.empty() ? "nothing is asked there"
                                                     : "there is no open question " + o.id +
                                                           ": `acpctl permit` lists them"});
  if (all.size() > 1 && !o.all)
    return report({usage_failure, std::to_string(all.size()) +
                                      " questions are open: name one with --id, or answer --all"});
  int code = ok;
  for (const pending& q : all) {
    const auto answer = answer_with_flags(q.method, q.params, o.answer);
    const auto done = answer ? send(c, q, *answer) : std::unexpected(answer.error());
    if (!done)
      code = report(done.error());
    else
      write_out(common.json
                    ? R"({"id":)" + std::string(q.id.raw) + R"(,"result":)" + *answer + "}\n"
                    : "question " + id_text(q) + " answered\n");
  }
  return code;
}

} // namespace

int permit(const common_options& common, const permit_options& o) {
  const auto where = wire::find_paths(common.flags);
  if (!where) return report(where.error());
  auto c = client::open(*where, false);
  if (!c) return report(c.error());
  std::string params = "{}";
  if (!o.session.empty()) {
    const auto session = find_session(*c, o.session);
    if (!session) return report(session.error());
    params = R"({"sessionId":)" + protocol::quoted(session->id) + "}";
  }
  const auto answer = c->call("_acpd/pending/list", params);
  if (!answer) return report(answer.error());
  std::vector<pending> all = read_pending(answer->result());
  if (!o.id.empty()) std::erase_if(all, [&](const pending& q) { return id_text(q) != o.id; });

  if (o.answer.any()) return answer_flagged(*c, common, o, all);
  if (all.empty() && !common.json) {
    write_out("nothing is asked\n");
    return ok;
  }
  if (!common.json && is_interactive()) return ask_all(*c, all);
  show(common, all);
  return ok;
}

} // namespace acpd::cli
