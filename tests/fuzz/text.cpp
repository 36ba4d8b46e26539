// Any bytes, as text and as raw JSON that nobody has validated.
#include "protocol/envelope.h"
#include "protocol/errors.h"
#include "tests/fuzz/require.h"

using namespace acpd::protocol;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string raw = acpd::protocol::quoted(text);
  const auto e = scan(raw); // a string is JSON, and no message
  ACPD_REQUIRE(!e && e.error().code == invalid_request);
  const std::string back = unquote(raw);
  ACPD_REQUIRE(back == text ||
               acpd::protocol::quoted(back) == raw); // bytes that are not UTF-8 are mended once
  ACPD_REQUIRE(same_text(std::string_view(raw).substr(1, raw.size() - 2), back));
  unquote(text);
  member(text, "a");
  for_each_element(text, [&](std::string_view value) { ACPD_REQUIRE(!value.empty()); });
  return 0;
}
