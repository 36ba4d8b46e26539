#pragma once

#include "protocol/failure.h"
#include "server/net/link.h"

#include <string>
#include <string_view>

namespace acpd::net {

class hub;

/// The verbs of a person's client that ACP does not have: protocol/EXTENSIONS.md. Made for one
/// request; session thread.
class control {
public:
  control(hub& h, link& l) : hub_(h), link_(l) {}

  void on_request(const link::incoming& r);
  /// session/list's result: newest first; `cursor` from the page before, or empty.
  protocol::result<std::string> list(std::string_view agent, std::string_view cwd,
                                     std::string_view cursor) const;

private:
  void prompt(const link::incoming& r, session_host& host);
  void read_log(const link::incoming& r, session_host& host);
  void pending(const link::incoming& r);
  void answer(const link::incoming& r);
  void stop(const link::incoming& r);

  hub& hub_;
  link& link_;
};

/// `_meta.acpd` of a session: state, turn, queue, progress.
std::string session_facts(const hub& h, const session_host& host);

} // namespace acpd::net
