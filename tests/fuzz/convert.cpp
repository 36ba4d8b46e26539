// Any request, result, question, answer, patch and log in v2: nothing crashes, what is made of
// valid JSON is valid JSON, and a patch that was made of two texts makes the second of the first.
#include "protocol/convert.h"

#include "protocol/compaction.h"
#include "protocol/git_patch.h"
#include "tests/fuzz/render.h"

#include <array>

namespace {

using namespace acpd::protocol;

void require_json(std::string_view value) {
  ACPD_REQUIRE(scan(R"({"jsonrpc":"2.0","method":"x","params":{"v":)" + std::string(value) + "}}",
                    {.max_depth = 1024})
                   .has_value());
}

void check_conversions(std::string_view value) {
  constexpr std::array<std::string_view, 8> methods{
      "initialize",       "session/new",
      "session/resume",   "session/load",
      "session/prompt",   "session/set_config_option",
      "session/set_mode", "session/request_permission"};
  for (const auto to : {acp_version::v1, acp_version::v2}) {
    const session_facts facts{std::string(value), std::string(value)};
    for (const auto method : methods) {
      if (const auto made = request_for(to, method, value, facts)) require_json(made->params);
      require_json(result_for(to, method, value, {.version = to}));
      require_json(answer_for(to, method, value));
    }
    for (const std::string_view method : {"session/request_permission", "elicitation/create"})
      require_json(question_for(to, method, value, {}, "1"));
    require_json(mcp_servers_for(to, value));
  }
}

void check_patch(std::string_view text) {
  static_cast<void>(parse_git_patch(text));
  const auto cut = text.find('\0');
  if (cut == std::string_view::npos) return;
  const auto before = text.substr(0, cut);
  const auto after = text.substr(cut + 1);
  const std::string patch = git_patch("/a b\"", before, after);
  if (before == after) {
    ACPD_REQUIRE(patch.empty());
    return;
  }
  const auto files = parse_git_patch(patch);
  ACPD_REQUIRE(files.has_value() && files->size() == 1);
  ACPD_REQUIRE(files->front().new_path == "/a b\"");
  const auto made = apply_patch(before, files->front());
  ACPD_REQUIRE(made.has_value() && *made == after);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_patch(text);
  const std::string line = R"({"jsonrpc":"2.0","method":"x","params":)" + std::string(text) + '}';
  if (const auto e = scan(line); e && e->params) check_conversions(e->params.in(line));
  compactor c;
  std::uint64_t seq = 0;
  for (const auto& e : acpd::fuzz::entries_of(data, size))
    c.add({++seq, e.turn, e.process, "m", e.line, acp_version::v2});
  for (const auto& f : c.finish()) {
    const auto e = scan(f.line, {.max_depth = 1024});
    if (e) ACPD_REQUIRE(f.where == splice_of(*e, f.line));
  }
  return 0;
}
