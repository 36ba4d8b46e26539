// Any line of a peer: scan() agrees with Boost.JSON, and what acpd writes into the line stays a
// message that says the same.
#include "protocol/errors.h"
#include "protocol/splice.h"
#include "tests/fuzz/require.h"
#include "tests/protocol/json_support.h"

using namespace acpd;
using namespace acpd::protocol;

namespace {

void check_edits(std::string_view line, const envelope& e) {
  const splice s = splice_of(e, line);
  ACPD_REQUIRE(splice::unpack(s.pack()) == s);
  std::string out;
  render(out, line, s, {}, {});
  ACPD_REQUIRE(out == line);
  out.clear();
  render(out, line, s, "\"ours\"", "\"acpd/seq\":7");
  const auto again = scan(out, {.max_depth = 257}); // _meta may be new
  ACPD_REQUIRE(again.has_value());
  ACPD_REQUIRE(again->kind == e.kind);
  if (e.session_id) ACPD_REQUIRE(again->session_id.in(out) == "\"ours\"");
  if (!e.params) return;
  ACPD_REQUIRE(member(again->params_meta.in(out), "acpd/seq") == "7");
  const std::string stripped = without_own_meta(out, *again);
  const auto last = scan(stripped, {.max_depth = 257});
  ACPD_REQUIRE(last.has_value());
  ACPD_REQUIRE(!last->params_meta || member(last->params_meta.in(stripped), "acpd/seq").empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const auto e = scan(line);
  const bool accepted = e.has_value() || e.error().code != parse_error;
  ACPD_REQUIRE(accepted == test::is_json(line).value_or(accepted));
  if (e) check_edits(line, *e);
  return 0;
}
