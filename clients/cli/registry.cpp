#include "clients/cli/registry.h"

#include "clients/cli/json_view.h"
#include "protocol/errors.h"
#include "server/wire/agent_updates.h"

#include <algorithm>
#include <expected>
#include <filesystem>
#include <sys/utsname.h>

namespace acpd::cli {
namespace {

using wire::known_agent;
using words = std::vector<std::string>;

constexpr std::string_view npm_install = "npm i -g ";

/// One of an entry's ways to be started.
struct way {
  words command;
  std::string package; // or program: what the registry names
  std::string install;
  std::map<std::string, std::string> env;
};

words strings_of(json_view array) {
  words out;
  array.each([&](json_view word) { out.push_back(word.text()); });
  return out;
}

std::map<std::string, std::string> env_of(json_view object) {
  std::map<std::string, std::string> out;
  protocol::for_each_member(object.raw, [&](std::string_view name, std::string_view value) {
    out.emplace(protocol::unquote("\"" + std::string(name) + "\""), protocol::unquote(value));
  });
  return out;
}

words joined(words first, const words& rest) {
  first.insert(first.end(), rest.begin(), rest.end());
  return first;
}

/// "@scope/name@1.2.3" without its version.
std::string package_name(const std::string& package) {
  return package.substr(0, package.find('@', 1));
}

/// A program of the archive for this machine.
way binary_way(json_view target) {
  const std::string program = std::filesystem::path(target["cmd"].text()).filename();
  return {joined({program}, strings_of(target["args"])), program,
          "unpack " + target["archive"].text() + " and put " + program + " on PATH",
          env_of(target["env"])};
}

/// npx and uvx fetch the package themselves when it is started.
way package_way(json_view source, const words& plain, const words& named) {
  const words args = strings_of(source["args"]);
  const std::string package = source["package"].text(), program = source["cmd"].text();
  const words start =
      program.empty() ? joined(plain, {package}) : joined(named, {package, program});
  return {joined(start, args), package, "nothing to do: " + plain.front() + " fetches " + package,
          env_of(source["env"])};
}

/// What is not of the format's types; empty: nothing. A word that was dropped would make another
/// command.
std::string malformed(const std::string& name, json_view source, std::string_view required) {
  const auto unfit = [](json_view value) { return value && !value.is_string(); };
  if (!source[required].is_string())
    return name + "." + std::string(required) + ": expected a string";
  if (unfit(source["cmd"])) return name + ".cmd: expected a string";
  const json_view args = source["args"], env = source["env"];
  bool fit_args = !args || args.raw.starts_with('['), fit_env = !env || env.raw.starts_with('{');
  args.each([&](json_view word) { fit_args = fit_args && word.is_string(); });
  if (env && fit_env)
    protocol::for_each_member(env.raw, [&](std::string_view, std::string_view value) {
      fit_env = fit_env && json_view{value}.is_string();
    });
  if (!fit_args) return name + ".args: expected an array of strings";
  return fit_env ? "" : name + ".env: expected an object of strings";
}

/// The same of all its ways that could be used here.
std::string malformed(json_view distribution, std::string_view platform) {
  for (const char* name : {"npx", "uvx"})
    if (const json_view source = distribution[name]; source)
      if (auto what = malformed(name, source, "package"); !what.empty()) return what;
  const json_view target = distribution["binary"][platform];
  return target ? malformed("binary", target, "cmd") : "";
}

std::vector<way> ways_of(json_view distribution, std::string_view platform) {
  std::vector<way> out;
  if (const json_view npx = distribution["npx"]; npx)
    out.push_back(package_way(npx, {"npx", "--yes"}, {"npx", "--yes", "--package"}));
  if (const json_view uvx = distribution["uvx"]; uvx)
    out.push_back(package_way(uvx, {"uvx"}, {"uvx", "--from"}));
  if (const json_view target = distribution["binary"][platform]; target)
    out.push_back(binary_way(target));
  return out;
}

/// Which known agent an entry is: by its id, its npm package, its program. Null: none.
const known_agent* known_as(std::span<const known_agent> table, const std::string& id,
                            json_view distribution, std::string_view platform) {
  const std::string package = package_name(distribution["npx"]["package"].text());
  const std::string cmd = distribution["binary"][platform]["cmd"].text();
  const std::string program = std::filesystem::path(cmd).filename();
  const auto first = [&](auto is) -> const known_agent* {
    const auto at = std::ranges::find_if(table, is);
    return at == table.end() ? nullptr : &*at;
  };
  if (const auto* a = first([&](const known_agent& k) { return k.id == id; })) return a;
  if (!package.empty())
    if (const auto* a = first(
            [&](const known_agent& k) { return k.install == std::string(npm_install) + package; }))
      return a;
  if (program.empty()) return nullptr;
  return first([&](const known_agent& k) { return k.command.front() == program; });
}

/// A known agent whose npm package is the entry's keeps its program: people have it installed.
std::optional<way> own_program(const known_agent& known, json_view npx) {
  const std::string package = package_name(npx["package"].text());
  if (package.empty() || known.install != std::string(npm_install) + package) return std::nullopt;
  return way{joined({known.command.front()}, strings_of(npx["args"])), package, known.install,
             env_of(npx["env"])};
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20; });
}

/// What makes a way unfit; empty: nothing.
std::string objection(const way& w) {
  if (w.command.front().empty() || w.command.front().starts_with('-')) return "it names no program";
  if (w.package.empty() || w.package.starts_with('-')) return "it names no package";
  const bool fit = std::ranges::all_of(w.command, is_printable) && is_printable(w.install);
  const bool fit_env = std::ranges::all_of(w.env, [](const auto& variable) {
    return !variable.first.empty() && is_printable(variable.first) &&
           is_printable(variable.second) && variable.first.find('=') == std::string::npos;
  });
  // These decide what code other programs load: no agent needs the registry to set them.
  const bool loads_code = std::ranges::any_of(w.env, [](const auto& variable) {
    return variable.first.starts_with("LD_") || variable.first == "PATH" ||
           variable.first == "NODE_OPTIONS" || variable.first == "PYTHONPATH";
  });
  if (!fit || !fit_env) return "its command or environment has control characters";
  return loads_code ? "it sets a variable that loads other code" : "";
}

void add(registry_changes& out, json_view entry, std::span<const known_agent> table,
         std::string_view platform) {
  const std::string id = entry["id"].text();
  const auto skip = [&](std::string why) { out.left_out.push_back({id, std::move(why)}); };
  if (!wire::is_registry_id(id)) return skip("its id is not [a-z][a-z0-9-]*");
  if (id == "runner") return skip("that name is acpd's own runner's");
  const json_view distribution = entry["distribution"];
  if (auto what = malformed(distribution, platform); !what.empty()) return skip(std::move(what));
  const known_agent* known = known_as(table, id, distribution, platform);
  std::vector<way> ways = ways_of(distribution, platform);
  if (known)
    if (auto own = own_program(*known, distribution["npx"])) ways.insert(ways.begin(), *own);
  if (ways.empty()) return skip("it has no distribution for " + std::string(platform));
  const auto same = [&](const way& w) {
    return w.command == known->command && w.env == known->env;
  };
  if (known && std::ranges::any_of(ways, same)) {
    ++out.unchanged;
    return;
  }
  const way& best = ways.front();
  if (auto why = objection(best); !why.empty()) return skip(std::move(why));
  const std::string name = entry["name"].text(), version = entry["version"].text();
  if (!is_printable(name) || !is_printable(version)) return skip("its name has control characters");
  const std::string& our_id = known ? known->id : id;
  if (std::ranges::find(out.changes, our_id, [](const auto& c) { return c.to.id; }) !=
      out.changes.end())
    return skip("an entry before it is the same agent");
  const std::string note = "by the ACP registry, version " + version + ", not tried";
  out.changes.push_back({known, {our_id, name, best.command, best.install, note, best.env, true}});
}

} // namespace

protocol::result<registry_changes> compare_registry(std::string_view document,
                                                    const std::string& source,
                                                    std::span<const known_agent> table,
                                                    std::string_view platform) {
  const auto line = wire::one_line(document, source);
  if (!line) return std::unexpected(line.error());
  const json_view agents = json_view{*line}["agents"];
  if (!agents.raw.starts_with('['))
    return std::unexpected(protocol::failure{
        protocol::invalid_params, source + ": agents: expected an array; this is not the ACP "
                                           "registry's JSON"});
  registry_changes out;
  agents.each([&](json_view entry) { add(out, entry, table, platform); });
  return out;
}

std::string this_platform() {
  utsname name{};
  ::uname(&name);
  return "linux-" + std::string(name.machine);
}

} // namespace acpd::cli
