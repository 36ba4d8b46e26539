#include "clients/cli/commands.h"
#include "clients/cli/doctor_checks.h"
#include "clients/cli/exit_codes.h"
#include "clients/cli/output.h"
#include "clients/cli/text.h"
#include "protocol/envelope.h"
#include "server/wire/agent_updates.h"

#include <algorithm>

namespace acpd::cli {
namespace {

struct findings {
  std::vector<check> checks;
  std::vector<agent_check> agents;

  void add(std::vector<check> more) {
    checks.insert(checks.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
  }
};

const char* word_of(health state) {
  switch (state) {
  case health::good: return "ok";
  case health::remark: return "remark";
  case health::bad: return "wrong";
  }
  return "";
}

std::string as_json(const findings& found, bool healthy) {
  std::string out = std::string(R"({"ok":)") + (healthy ? "true" : "false") + R"(,"checks":[)";
  for (const check& c : found.checks) {
    if (!out.ends_with('[')) out += ",";
    out += R"({"name":)" + protocol::quoted(c.name) + R"(,"state":")" + word_of(c.state) +
           R"(","text":)" + protocol::quoted(c.text) + R"(,"fix":)" + protocol::quoted(c.fix) + "}";
  }
  out += R"(],"agents":[)";
  for (const agent_check& a : found.agents) {
    if (!out.ends_with('[')) out += ",";
    out += R"({"name":)" + protocol::quoted(a.name) + R"(,"found":)" +
           (a.program.empty() ? "null" : protocol::quoted(a.program)) + R"(,"configured":)" +
           (a.configured ? "true" : "false") + R"(,"install":)" + protocol::quoted(a.how_to_get) +
           "}";
  }
  return out + "]}\n";
}

std::string as_text(const findings& found, bool healthy) {
  std::vector<std::vector<std::string>> rows;
  for (const check& c : found.checks) {
    rows.push_back({c.state == health::good     ? "✓"
                    : c.state == health::remark ? "·"
                                                : "✗",
                    c.name, printable(c.text)});
    if (!c.fix.empty()) rows.push_back({"", "", "→ " + printable(c.fix)});
  }
  std::string out = table(rows) + "\nagents\n";
  rows.clear();
  for (const agent_check& a : found.agents) {
    const std::string missing = (a.configured ? "" : "not found: ") + a.how_to_get;
    rows.push_back({a.program.empty() ? (a.configured ? "✗" : "·") : "✓", a.name,
                    printable(a.program.empty() ? missing : a.program)});
  }
  out += table(rows);
  return out + (healthy ? "\nnothing is wrong\n" : "\nsomething is wrong: see ✗ above\n");
}

} // namespace

int doctor(const common_options& common) {
  findings found;
  found.add(check_programs());
  const auto where = wire::find_paths(common.flags);
  protocol::result<wire::config> config = std::unexpected(protocol::failure{});
  if (where) {
    if (const auto loaded = wire::load_updates(where->state_dir); !loaded)
      found.checks.push_back({"agents.json", health::bad, loaded.error().text,
                              "move it away; `acpctl agents update` writes it anew"});
    config = wire::read_config(where->config, !common.flags.config.empty());
    found.add(check_files(common, *where, config));
    found.add(check_daemon(*where));
  } else {
    found.checks.push_back({"paths", health::bad, where.error().text, "set what it names"});
  }
  found.add(check_session_manager());
  found.agents = check_agents(config ? *config : *wire::parse_config("", ""));
  for (const agent_check& a : found.agents)
    if (a.configured && a.program.empty())
      found.checks.push_back({"agent " + a.name, health::bad, a.how_to_get, "see its line below"});

  const bool healthy =
      std::ranges::none_of(found.checks, [](const check& c) { return c.state == health::bad; });
  write_out(common.json ? as_json(found, healthy) : as_text(found, healthy));
  return healthy ? ok : failed;
}

} // namespace acpd::cli
