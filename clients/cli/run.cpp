#include "clients/cli/commands.h"
#include "clients/cli/conversation.h"
#include "clients/cli/exit_codes.h"
#include "clients/cli/interrupts.h"
#include "clients/cli/output.h"

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <random>

namespace acpd::cli {
namespace {

std::string prompt_params(const std::string& session, const std::string& text,
                          const std::string& key) {
  return R"({"sessionId":)" + protocol::quoted(session) + R"(,"prompt":[{"type":"text","text":)" +
         protocol::quoted(text) + R"(}],"_meta":{"acpd/key":)" + protocol::quoted(key) + "}}";
}

std::string random_key() {
  std::random_device dice;
  std::string key = "acpctl-";
  for (int i = 0; i < 4; ++i)
    key += std::to_string(dice());
  return key + ":1";
}

int code_of_end(const message& answer) {
  if (answer.parts.error) return report(client::failure_of(answer));
  const std::string reason = answer.result()["stopReason"].text();
  if (reason == "end_turn") return ok;
  if (reason == "cancelled") return cancelled;
  std::fprintf(stderr, "acpctl: the turn ended with %s\n", reason.c_str());
  return failed;
}

/// Waits for the prompt's answer, whatever happens to the daemon meanwhile.
class turn {
public:
  turn(conversation& talk, std::string session, std::string params)
      : talk_(talk), session_(std::move(session)), params_(std::move(params)) {}

  int watch() {
    send();
    for (;;) {
      switch (talk_.peer().wait(-1, talk_.input_fd())) {
      case woken::message: {
        const message m = talk_.peer().take();
        if (!m.is_response()) {
          talk_.show(m);
        } else if (m.id() == prompt_id_) {
          talk_.finish();
          if (talk_.json()) write_out(m.line + "\n");
          return code_of_end(m);
        }
        break;
      }
      case woken::other_input: talk_.read_answer(); break;
      case woken::interrupted:
        if (!interrupted()) return cancelled;
        break;
      case woken::lost:
        if (auto again = talk_.recover(); !again) return report(again.error());
        send(); // with the same key: it is done once, and answered again
        break;
      case woken::timeout: break;
      }
    }
  }

private:
  void send() {
    prompt_id_ = std::to_string(talk_.peer().begin("session/prompt", params_));
    if (cancelling_) cancel();
  }
  void cancel() {
    talk_.peer().notify("session/cancel", R"({"sessionId":)" + protocol::quoted(session_) + "}");
  }
  /// Whether to go on waiting: the first Ctrl-C cancels the turn; everything else only detaches.
  bool interrupted() {
    if (interrupts::last() == SIGINT && !cancelling_) {
      cancelling_ = true;
      cancel();
      talk_.note("cancelling; Ctrl-C again leaves it alone");
      return true;
    }
    talk_.finish();
    std::fprintf(stderr, "acpctl: detached: `acpctl attach %s` goes on\n", session_.c_str());
    return false;
  }

  conversation& talk_;
  std::string session_, params_, prompt_id_;
  bool cancelling_ = false;
};

} // namespace

int run(const common_options& common, const run_options& o) {
  const auto where = wire::find_paths(common.flags);
  if (!where) return report(where.error());
  std::error_code ec;
  const auto cwd = std::filesystem::canonical(o.cwd.empty() ? "." : o.cwd, ec);
  if (ec) return report({usage_failure, "--cwd: " + o.cwd + ": " + ec.message()});
  std::string prompt = o.prompt;
  if (prompt == "-") prompt.assign(std::istreambuf_iterator<char>(std::cin), {});
  if (prompt.empty()) return report({usage_failure, "the prompt is empty: say what to do"});

  conversation talk(common, *where);
  if (auto done = talk.connect(); !done) return report(done.error());
  std::string params = R"({"cwd":)" + protocol::quoted(cwd.string()) + R"(,"mcpServers":[])";
  if (!o.agent.empty()) params += R"(,"_meta":{"acpd/agent":)" + protocol::quoted(o.agent) + "}";
  const auto made = talk.peer().call("session/new", params + "}");
  if (!made) return report(made.error());
  const std::string session = made->result()["sessionId"].text();
  const std::string request = prompt_params(session, prompt, random_key());

  if (o.detach) {
    const auto begun = talk.peer().call("_acpd/session/prompt", request);
    if (!begun) return report(begun.error());
    const std::string turn_number(begun->result()["turn"].raw);
    write_out(common.json ? R"({"sessionId":)" + protocol::quoted(session) + R"(,"turn":)" +
                                (turn_number.empty() ? "null" : turn_number) + "}\n"
                          : session + "\n");
    return ok;
  }
  std::fprintf(stderr, "session %s\n", session.c_str());
  interrupts counted;
  talk.follow(session, cwd.string());
  return turn(talk, session, request).watch();
}

} // namespace acpd::cli
