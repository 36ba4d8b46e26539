#include "clients/cli/bridge/link_report.h"

#include "protocol/envelope.h"

#include <algorithm>
#include <utility>

namespace acpd::bridge {

std::string link_report::down(std::string_view text, clock::time_point now) {
  if (!std::exchange(is_down_, true))
    pause_ = first_pause;
  else if (now - at_ < (text == said_ ? longest_pause : pause_))
    return {};
  else
    pause_ = std::min<clock::duration>(2 * pause_, longest_pause);
  said_ = text;
  at_ = now;
  std::string line = R"({"jsonrpc":"2.0","method":"_acpd/link","params":{"up":false,"text":)";
  protocol::append_quoted(line, text);
  return line += "}}\n";
}

std::string link_report::up() {
  if (!std::exchange(is_down_, false)) return {};
  return R"({"jsonrpc":"2.0","method":"_acpd/link","params":{"up":true}})"
         "\n";
}

} // namespace acpd::bridge
