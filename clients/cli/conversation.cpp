#include "clients/cli/conversation.h"

#include "clients/cli/exit_codes.h"
#include "clients/cli/interrupts.h"
#include "clients/cli/output.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <unistd.h>

namespace acpd::cli {
namespace {

constexpr int recover_attempts = 40; // with a quarter of a second between: 10 s
constexpr int recover_pause_us = 250'000;

} // namespace

conversation::conversation(const common_options& common, wire::paths where)
    : where_(std::move(where)), config_flag_(common.flags.config), json_(common.json),
      interactive_(!common.json && is_interactive()),
      renderer_(is_terminal_out(), terminal_columns(), write_out) {}

protocol::result<void> conversation::connect() {
  auto c = client::open_or_start(where_, config_flag_, interactive_);
  if (!c) return std::unexpected(c.error());
  client_ = *std::move(c);
  client_->on_message = [this](const message& m) { show(m); };
  return {};
}

protocol::result<void> conversation::load(const std::optional<log_cursor>& from) {
  std::string params = R"({"sessionId":)" + protocol::quoted(session_) + R"(,"cwd":)" +
                       protocol::quoted(cwd_) + R"(,"mcpServers":[])";
  if (from)
    params += R"(,"_meta":{"acpd/replayFrom":{"epoch":)" + protocol::quoted(from->epoch) +
              R"(,"seq":)" + std::to_string(from->seq + 1) + "}}";
  const auto answer = client_->call("session/load", params + "}");
  if (!answer) return std::unexpected(answer.error());
  if (json_) write_out(answer->line + "\n");
  const json_view at = answer->result()["_meta"]["acpd/cursor"];
  if (at) cursor_ = {at["epoch"].text(), std::max(cursor_.seq, at["seq"].number_or(0))};
  return {};
}

protocol::result<void> conversation::recover() {
  note("the daemon has ended; going on with a new one …");
  questions_.clear(); // asked again on attach
  protocol::result<void> done;
  for (int attempt = 0; attempt < recover_attempts && interrupts::count() == 0; ++attempt) {
    if (attempt > 0) ::usleep(recover_pause_us);
    done = connect();
    if (!done) continue;
    done = load(cursor_.epoch.empty() ? std::nullopt : std::optional(cursor_));
    if (!done && done.error().code == protocol::invalid_params) {
      note("the daemon cannot go on where this screen is; the conversation follows from its start");
      done = load(std::nullopt);
    }
    if (done || done.error().code == protocol::not_found) return done;
  }
  return done;
}

void conversation::note(std::string_view text) {
  if (json_)
    std::fprintf(stderr, "acpctl: %.*s\n", static_cast<int>(text.size()), text.data());
  else
    renderer_.note("— " + std::string(text));
}

void conversation::take_cursor(json_view meta) {
  const auto seq = meta["acpd/seq"].number();
  if (!seq) return;
  cursor_.seq = *seq;
  if (meta["acpd/epoch"]) cursor_.epoch = meta["acpd/epoch"].text();
}

void conversation::show(const message& m) {
  if (m.is_response()) return;
  const json_view params = m.params();
  if (const json_view id = params["sessionId"]; id && id.text() != session_) return;
  if (json_) write_out(m.line + "\n");
  if (m.method() == "session/update") {
    if (!json_) renderer_.update(params);
    take_cursor(params["_meta"]);
  } else if (m.method() == "$/cancel_request") {
    withdraw(params["requestId"].raw);
  } else if (m.is_request()) {
    ask(m);
  }
}

void conversation::ask(const message& m) {
  if (json_) return;
  if (!interactive_)
    return note("a question waits: " + question_title(m.method(), m.params()) +
                ": answer it with `acpctl permit " + session_ + "`");
  questions_.push_back({std::string(m.id()), std::string(m.method()), m});
  if (questions_.size() == 1) ask_first();
}

void conversation::ask_first() {
  const question& q = questions_.front();
  renderer_.finish();
  write_out(describe_question(q.method, q.asked.params()) + "? ");
}

void conversation::withdraw(std::string_view raw_id) {
  const auto at = std::ranges::find(questions_, raw_id, &question::raw_id);
  if (at == questions_.end()) return;
  const bool was_first = at == questions_.begin();
  questions_.erase(at);
  if (!was_first) return;
  note("that question was answered elsewhere, or is asked no longer");
  if (!questions_.empty()) ask_first();
}

int conversation::input_fd() const {
  return questions_.empty() || input_ended_ ? -1 : STDIN_FILENO;
}

void conversation::read_answer() {
  std::array<char, 4096> bytes{};
  const ssize_t n = ::read(STDIN_FILENO, bytes.data(), bytes.size());
  if (n <= 0) {
    input_ended_ = true;
    return note("no more input: answer with `acpctl permit " + session_ + "`");
  }
  typed_.append(bytes.data(), static_cast<std::size_t>(n));
  for (std::size_t end = typed_.find('\n'); end != std::string::npos && !questions_.empty();
       end = typed_.find('\n')) {
    const std::string line = typed_.substr(0, end);
    typed_.erase(0, end + 1);
    const question& q = questions_.front();
    const auto answer = answer_with_line(q.method, q.asked.params(), line);
    if (!answer) {
      write_out(answer.error().text + "\n? ");
      continue;
    }
    client_->respond(q.raw_id, *answer);
    questions_.pop_front();
    if (!questions_.empty()) ask_first();
  }
}

} // namespace acpd::cli
