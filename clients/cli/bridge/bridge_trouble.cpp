// What the bridge says when it has no daemon, or had none: to its stderr, to requests that would
// wait in vain, to an editor that asked, and as its exit code.
#include "clients/cli/bridge/bridge.h"
#include "clients/cli/exit_codes.h"
#include "protocol/envelope.h"
#include "protocol/errors.h"

#include <unistd.h>
#include <utility>

namespace acpd::bridge {
namespace {

using namespace std::chrono_literals;

constexpr auto start_patience = 10s; // of open requests, while a daemon is being started
constexpr auto first_patience = 2s;  // of open requests, where a remote daemon never answered

void complain(std::string_view text) {
  const std::string line = "acpctl connect: " + std::string(text) + "\n";
  // stderr may be gone or full; nobody can be told then.
  [[maybe_unused]] const ssize_t n = ::write(2, line.data(), line.size());
}

} // namespace

int bridge::exit_code() const {
  if (!served_ && !trouble_.empty()) return refused_ ? cli::failed : cli::no_daemon; // was said
  if (memory_.all_acked()) return cli::ok;
  complain("the editor has gone, and the daemon could not be given all that it wrote" +
           (trouble_.empty() ? std::string() : ": " + trouble_));
  return cli::failed;
}

/// An attempt that goes on is never cut short: ssh may need its time, and has its own limit.
std::chrono::milliseconds bridge::patience() const {
  return remote_ ? first_patience : start_patience;
}

/// Why there is no daemon, for whoever reads the editor's log of us: once, not at each attempt.
void bridge::troubled(std::string text) {
  if (text != said_) complain(text);
  said_ = trouble_ = std::move(text);
}

void bridge::said_goodbye(std::string_view payload) {
  start_allowed_ = protocol::member(payload, "stop") != "true";
  if (!start_allowed_) trouble_ = "somebody has stopped the daemon; your next message starts it";
}

void bridge::refused(std::string_view payload) {
  trouble_ = protocol::unquote(protocol::member(payload, "text"));
  complain(trouble_);
  refused_ = true;
  link_allowed_ = false;
  to_editor_.tail() += memory_.fail_requests(protocol::internal_error, trouble_);
}

void bridge::give_up_waiting() {
  // While one more attempt is under way, the last one's reason.
  const std::string why = !trouble_.empty() ? trouble_
                          : !said_.empty()  ? said_
                                            : "it has not answered so far";
  const std::string text = remote_ ? "the remote daemon cannot be reached: " + why
                                   : "there is no acpd daemon, and none could be started: " + why +
                                         ": `acpctl doctor` says what to do";
  complain(text);
  to_editor_.tail() += memory_.fail_requests(protocol::internal_error, text);
  waiting_since_.reset();
  // A daemon that somebody starts is still found; none is started before the editor asks again.
  start_allowed_ = false;
}

/// An editor that does not read is told later what holds then.
void bridge::report_link() {
  if (link_ < 0 || !welcomed_)
    to_editor_.tail() += report_.down(why_no_link(), clock::now());
  else if (std::uint64_t n = sent_number_; to_daemon_.empty() && memory_.next_line(n) == nullptr)
    to_editor_.tail() += report_.up();
}

std::string bridge::why_no_link() const {
  if (!trouble_.empty()) return trouble_;
  return remote_ ? "the link to the remote daemon is lost; it is being made again"
                 : "the daemon has ended; it is being started again";
}

} // namespace acpd::bridge
