// Prompts that wait, and a session's title.
#include "protocol/errors.h"
#include "server/net/control.h"
#include "server/net/hub.h"

#include <algorithm>
#include <charconv>

namespace acpd::net {

using namespace protocol;

namespace {

/// The queued turn that params.turn names; 0: none, or it has started.
std::int64_t queued_turn(std::string_view raw, const session_host& host) {
  std::int64_t id = 0;
  std::from_chars(raw.data(), raw.data() + raw.size(), id);
  return std::ranges::find(host.core.queue(), id, &core::turn::id) != host.core.queue().end() ? id
                                                                                              : 0;
}

constexpr std::string_view not_queued =
    "no prompt waits under params.turn: it has started, or never existed; _acpd/queue/list shows "
    "those that wait";

} // namespace

void control::queue(const link::incoming& r, session_host& host) {
  link_.reply_result(r, R"({"queue":)" + queue_json(host, link_.author_, true) + "}");
}

void control::edit_queued(const link::incoming& r, session_host& host) {
  const std::string_view blocks = r.param("prompt");
  if (!is_prompt(blocks))
    return link_.reply_error(r, invalid_params,
                             "params.prompt: expected an array with at least one content block");
  const std::int64_t turn = queued_turn(r.param("turn"), host);
  if (turn == 0) return link_.reply_error(r, not_found, not_queued);
  if (!hub_.trouble.empty()) return link_.reply_error(r, internal_error, hub_.trouble);
  hub_.step(host, core::edit_queued{turn, blocks});
  later(r, R"({"queue":)" + queue_json(host, link_.author_, true) + "}");
}

void control::remove_queued(const link::incoming& r, session_host& host) {
  const std::int64_t turn = queued_turn(r.param("turn"), host);
  if (turn == 0) return link_.reply_error(r, not_found, not_queued);
  hub_.step(host, core::remove_queued{turn});
  later(r, R"({"queue":)" + queue_json(host, link_.author_, true) + "}");
}

void control::run_now(const link::incoming& r, session_host& host) {
  const std::int64_t turn = queued_turn(r.param("turn"), host);
  if (turn == 0) return link_.reply_error(r, not_found, not_queued);
  hub_.step(host, core::run_now{turn});
  later(r, R"({"queue":)" + queue_json(host, link_.author_, true) + "}");
}

void control::rename(const link::incoming& r, session_host& host) {
  const auto title = title_in(r.param("title"));
  if (!title) return link_.reply_error(r, title.error().code, title.error().text);
  hub_.rename(host, *title);
  later(r, "{}");
}

} // namespace acpd::net
