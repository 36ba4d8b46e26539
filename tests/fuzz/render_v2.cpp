// Any v2 log, for an editor of v1: whole lines, and the same after any number of entries.
#include "tests/fuzz/render.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using enum acpd::protocol::acp_version;
  acpd::fuzz::check_render(v2, v1, acpd::fuzz::entries_of(data, size));
  return 0;
}
