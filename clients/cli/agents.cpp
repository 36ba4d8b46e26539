// `acpctl agents` and `acpctl agents update`: which agents there are, and newer ones.
#include "clients/cli/client.h"
#include "clients/cli/commands.h"
#include "clients/cli/doctor_checks.h"
#include "clients/cli/download.h"
#include "clients/cli/exit_codes.h"
#include "clients/cli/output.h"
#include "clients/cli/registry.h"
#include "clients/cli/text.h"
#include "protocol/errors.h"
#include "server/wire/agent_updates.h"

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace acpd::cli {
namespace {

/// Where the ACP registry publishes its JSON.
constexpr const char* published =
    "https://cdn.agentclientprotocol.com/registry/v1/latest/registry.json";

std::string line_of(const std::vector<std::string>& command) {
  std::string out;
  for (const std::string& word : command) {
    const bool plain = !word.empty() && word.find_first_of(" \t'\"\\$`") == std::string::npos;
    out += (out.empty() ? "" : " ") + (plain ? word : protocol::quoted(word));
  }
  return out;
}

std::string with_environment(const wire::known_agent& a) {
  std::string out;
  for (const auto& [name, value] : a.env)
    out += name + "=" + value + " ";
  return out + line_of(a.command);
}

std::string array_of(const std::vector<std::string>& command) {
  std::string out = "[";
  for (const std::string& word : command)
    out += (out == "[" ? "" : ",") + protocol::quoted(word);
  return out + "]";
}

std::string changes_json(const registry_changes& found, const std::string& source, bool written) {
  std::string fresh, changed, skipped;
  for (const auto& c : found.changes) {
    std::string& list = c.from ? changed : fresh;
    list += list.empty() ? "" : ",";
    list += c.from ? R"({"from":)" + array_of(c.from->command) + R"(,"to":)" + to_json(c.to) + "}"
                   : to_json(c.to);
  }
  for (const auto& s : found.left_out)
    skipped += (skipped.empty() ? "" : ",") + (R"({"id":)" + protocol::quoted(s.id)) +
               R"(,"why":)" + protocol::quoted(s.why) + "}";
  return R"({"source":)" + protocol::quoted(source) + R"(,"new":[)" + fresh + R"(],"changed":[)" +
         changed + R"(],"unchanged":)" + std::to_string(found.unchanged) + R"(,"skipped":[)" +
         skipped + R"(],"written":)" + (written ? "true" : "false") + "}\n";
}

std::string changes_text(const registry_changes& found) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& c : found.changes) {
    rows.push_back({c.from ? "changed" : "new", c.to.id, printable(with_environment(c.to))});
    if (c.from) rows.push_back({"", "was", printable(with_environment(*c.from))});
  }
  for (const auto& s : found.left_out)
    rows.push_back({"left out", printable(s.id), printable(s.why)});
  return table(rows);
}

bool agreed(std::size_t count, const std::string& file) {
  std::fprintf(stderr,
               "Write these %zu commands to %s? They are run when somebody asks for the "
               "agent by its name. [y/N] ",
               count, file.c_str());
  std::string line;
  return std::getline(std::cin, line) && (line == "y" || line == "Y" || line == "yes");
}

/// What was agreed to before stays, unless it is replaced.
protocol::result<void> write(const registry_changes& found, const std::string& source,
                             const std::filesystem::path& state_dir) {
  auto updates = wire::read_updates(state_dir);
  if (!updates) return std::unexpected(updates.error());
  updates->source = source;
  for (const auto& c : found.changes) {
    auto at = std::ranges::find(updates->agents, c.to.id, &wire::known_agent::id);
    if (at == updates->agents.end())
      updates->agents.push_back(c.to);
    else
      *at = c.to;
  }
  return wire::write_updates(state_dir, *updates);
}

/// A daemon that runs takes the new table at once; that there is none is no failure.
void tell_daemon(const wire::paths& where) {
  auto c = client::open(where, false);
  if (!c) return;
  if (const auto told = c->call("_acpd/agents/reload", "{}"); !told)
    std::fprintf(stderr, "the daemon takes them from its next start: %s\n",
                 printable(told.error().text).c_str());
}

} // namespace

int agents(const common_options& common) {
  const auto where = wire::find_paths(common.flags);
  if (!where) return report(where.error());
  if (const auto loaded = wire::load_updates(where->state_dir); !loaded)
    std::fprintf(stderr, "acpctl: %s: the built-in table is shown\n", loaded.error().text.c_str());
  const auto config = wire::read_config(where->config, !common.flags.config.empty());
  if (!config) return report(config.error());
  std::string json = "[";
  std::vector<std::vector<std::string>> rows;
  for (const agent_check& a : check_agents(*config)) {
    const bool found = !a.program.empty(), is_default = a.name == config->default_agent;
    json += std::string(json == "[" ? "" : ",") + R"({"name":)" + protocol::quoted(a.name) +
            R"(,"installed":)" + (found ? "true" : "false") + R"(,"program":)" +
            (found ? protocol::quoted(a.program) : "null") + R"(,"command":)" +
            array_of(a.command) + R"(,"configured":)" + (a.configured ? "true" : "false") +
            R"(,"default":)" + (is_default ? "true" : "false") + R"(,"install":)" +
            protocol::quoted(a.how_to_get) + R"(,"note":)" + protocol::quoted(a.note) + "}";
    rows.push_back({found ? "✓" : "·", a.name + (is_default ? " (default)" : ""),
                    printable(found ? line_of(a.command) : a.how_to_get), printable(a.note)});
  }
  write_out(common.json ? json + "]\n" : table(rows));
  return ok;
}

int agents_update(const common_options& common, const agents_options& o) {
  const auto where = wire::find_paths(common.flags);
  if (!where) return report(where.error());
  const std::string source = o.source.empty() ? published : o.source;
  if (source.starts_with("http://"))
    return report({protocol::invalid_params,
                   source + ": commands are only taken over https://, or from a file"});
  const auto document = source.starts_with("https://") ? download(source) : read_document(source);
  if (!document) return report(document.error());
  if (const auto loaded = wire::load_updates(where->state_dir); !loaded)
    return report(loaded.error());
  const auto found = compare_registry(*document, source, wire::known_agents(), this_platform());
  if (!found) return report(found.error());

  if (!common.json) write_out(changes_text(*found));
  const std::string file = wire::updates_file(where->state_dir);
  const bool some = !found->changes.empty();
  const bool may_ask = !common.json && is_interactive() && source != "-";
  const bool consent = some && (o.yes || (may_ask && agreed(found->changes.size(), file)));
  if (consent) {
    if (const auto done = write(*found, source, where->state_dir); !done)
      return report(done.error());
    tell_daemon(*where);
  }
  if (common.json) write_out(changes_json(*found, source, consent));
  const std::string end = !some     ? "nothing is new"
                          : consent ? "written to " + file
                          : may_ask ? "nothing was changed"
                                    : "nothing was changed: --yes writes it to " + file;
  if (!common.json) std::fprintf(stderr, "%s\n", end.c_str());
  return ok;
}

} // namespace acpd::cli
