// What strangers and clients write to the front, apart from HTTP itself, which Beast reads.
#include "server/net/remote/access.h"
#include "server/net/remote/message.h"
#include "tests/fuzz/require.h"

#include <string>

using namespace acpd::remote;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);

  std::string line = text;
  to_one_line(line);
  ACPD_REQUIRE(line.size() == text.size());
  const payload p = look_at(line);
  if (p.message) { // whatever is forwarded is one line
    ACPD_REQUIRE(line.find('\n') == std::string::npos);
    if (const auto at = position_of(line, *p.message)) {
      ACPD_REQUIRE(look_at(with_cursor(line, *p.message, *at)).message.has_value());
    }
  }

  if (const auto at = event_position::parse(text)) {
    const auto again = event_position::parse(at->text());
    ACPD_REQUIRE(again && again->epoch == at->epoch && again->seq == at->seq &&
                 again->after == at->after);
  }

  const std::string name = host_name(text);
  ACPD_REQUIRE(name.find_first_of(" /@?#,") == std::string::npos);
  access_rules rules; // nobody gave a name: only the loopback's
  if (rules.allows_host(text, "10.0.0.1")) ACPD_REQUIRE(is_loopback(name) || name == "10.0.0.1");
  return 0;
}
