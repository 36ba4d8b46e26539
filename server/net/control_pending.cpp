// What agents ask of people, over all sessions.
#include "protocol/errors.h"
#include "server/net/control.h"
#include "server/net/hub.h"

namespace acpd::net {

using namespace protocol;

void control::pending(const link::incoming& r) {
  const std::string only = unquote(r.param("sessionId"));
  std::string out;
  for (const auto& [id, host] : hub_.sessions()) {
    if (!only.empty() && host->core.data().sid != only) continue;
    for (const auto& [row, q] : host->core.questions())
      if (core::asks_person(q.kind)) out += (out.empty() ? "" : ",") + pending_item(*host, q);
  }
  link_.reply_result(r, R"({"pending":[)" + out + "]}");
}

void control::answer(const link::incoming& r) {
  const std::string id = unquote(r.param("id"));
  const std::string_view result = r.param("result");
  const std::int64_t row = row_of_question(id);
  if (result.empty())
    return link_.reply_error(r, invalid_params,
                             "params.result: expected the answer as the method has it");
  for (const auto& [session, host] : hub_.sessions()) {
    auto q = host->core.questions().find(row);
    if (q == host->core.questions().end() || id != question_id(q->second)) continue;
    hub_.step(*host, core::answer_in{row, result, {}});
    if (host->core.questions().contains(row))
      return link_.reply_error(r, invalid_params,
                               "this answer chooses none of the options that were offered");
    hub_.log.after_commit(
        [l = link_.shared_from_this(), k = link::kept(r)] { l->reply_result(k, "{}"); });
    return;
  }
  link_.reply_error(r, not_found,
                    "nothing is asked under " + id + ": it was settled, or never existed");
}

} // namespace acpd::net
