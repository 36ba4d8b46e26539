#include "clients/cli/bridge/cancel_hold.h"

#include "protocol/envelope.h"
#include "server/wire/quirks.h"

#include <fstream>
#include <unistd.h>
#include <utility>

namespace acpd::bridge {

using protocol::same_text;
using protocol::shape;

bool cancel_hold::keeps(std::string_view line, clock::time_point now) {
  if (known_ && !holds_) return false;
  const auto parts = protocol::scan(line);
  const std::string_view method = parts ? parts->method.in(line) : std::string_view();
  if (!known_ && parts && parts->kind == shape::request && same_text(method, "initialize")) {
    known_ = true;
    const std::string_view params = parts->params ? parts->params.in(line) : "{}";
    std::string_view who = protocol::member(params, "clientInfo"); // v2 says info
    if (who.empty()) who = protocol::member(params, "info");
    holds_ = wire::cancels_on_quit(protocol::unquote(protocol::member(who, "name")), parent_);
  }
  const bool is_cancel =
      holds_ && parts && parts->kind == shape::notification && same_text(method, "session/cancel");
  if (!is_cancel && lines_.empty()) return false;
  // What waits behind a cancel goes when that one does.
  const clock::time_point until = is_cancel ? now + hold : lines_.back().until;
  lines_.push_back({std::string(line), is_cancel, until});
  bytes_ += line.size();
  return true;
}

std::optional<cancel_hold::clock::time_point> cancel_hold::due() const {
  return lines_.empty() ? std::nullopt : std::optional(lines_.front().until);
}

std::optional<std::string> cancel_hold::take_due(clock::time_point now) {
  if (lines_.empty() || (now < lines_.front().until && bytes_ <= most_bytes)) return std::nullopt;
  return take();
}

std::optional<std::string> cancel_hold::take_rest() {
  while (!lines_.empty() && lines_.front().is_cancel)
    take();
  return take();
}

std::optional<std::string> cancel_hold::take() {
  if (lines_.empty()) return std::nullopt;
  std::string line = std::move(lines_.front().line);
  lines_.pop_front();
  bytes_ -= line.size();
  return line;
}

std::string parent_program() {
  std::ifstream in("/proc/" + std::to_string(::getppid()) + "/comm");
  std::string name;
  std::getline(in, name);
  return name;
}

} // namespace acpd::bridge
