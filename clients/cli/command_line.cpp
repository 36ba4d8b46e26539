#include "clients/cli/command_line.h"

#include "clients/cli/commands.h"
#include "clients/cli/connect.h"
#include "clients/cli/exit_codes.h"
#include "clients/cli/relay.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

namespace acpd::cli {
namespace {

constexpr const char* about =
    "acpctl: work with coding agents that acpd keeps running.\n\n"
    "An editor's settings name `acpctl connect --agent NAME` as the agent. What the editor starts "
    "goes on when it is gone; `acpctl ls` lists it and `acpctl attach` shows it.";

constexpr const char* exit_codes =
    "SESSION is an id, the beginning of one, or - for the newest (as is leaving it out).\n\n"
    "Exit codes: 0 done; 1 failed, or the turn did not end normally; 2 wrong command line; "
    "3 no daemon; 4 no such session or question; 130 cancelled.\n"
    "Files: $XDG_CONFIG_HOME/acpd/config.toml, $XDG_STATE_HOME/acpd/, $XDG_RUNTIME_DIR/acpd/.";

using action = std::function<int()>;

/// What the options are parsed into; lives as long as the parser.
struct command_line {
  common_options common;
  run_options run;
  attach_options attach;
  log_options log;
  permit_options permit;
  token_options token;
  search_options search;
  index_options index;
  agents_options update;
  connect_arguments connect;
  std::string session, shell;
  std::vector<std::string> words;
  bool only_ids = false;
  bool agents = false;
  action chosen;
};

CLI::App* add(CLI::App& app, command_line& c, const char* name, const char* text, action run) {
  CLI::App* command = app.add_subcommand(name, text);
  command->callback([&c, run = std::move(run)] { c.chosen = run; });
  return command;
}

void add_session(CLI::App* command, std::string& session, bool required = false) {
  auto* option = command->add_option("SESSION", session, "id, beginning of an id, or - (newest)");
  if (required) option->required();
}

void add_connect(CLI::App& app, command_line& c) {
  CLI::App* connect = add(app, c, "connect", "be the agent of an editor: ACP on stdio", [&c] {
    c.connect.flags = c.common.flags;
    c.connect.program_arguments = c.words;
    return acpd::cli::connect(c.connect);
  });
  connect->add_option("--agent", c.connect.agent,
                      "the agent of new sessions; shows its sessions only");
  connect->add_option("--remote", c.connect.remote.url,
                      "the daemon is elsewhere: ssh://HOST or wss://HOST:PORT; a cut link, a "
                      "changed address and a sleep go unnoticed by the editor");
  connect->add_option("--token-file", c.connect.remote.token_file,
                      "for wss://: file of mode 0600 with the token; else ACPD_TOKEN");
  connect->add_option("--ca", c.connect.remote.ca_file,
                      "for wss://: PEM file that vouches for the daemon's certificate");
  connect->prefix_command();
  connect->footer("Starts the daemon when none runs, and reconnects by itself. Further arguments, "
                  "on a terminal, run the agent's own program with them, as ACP's terminal login "
                  "does: acpctl connect --agent claude /login");
}

void add_work(CLI::App& app, command_line& c) {
  CLI::App* run = add(app, c, "run", "give an agent a prompt in a new session", [&c] {
    for (const std::string& word : c.words)
      c.run.prompt += (c.run.prompt.empty() ? "" : " ") + word;
    return acpd::cli::run(c.common, c.run);
  });
  run->add_option("--agent,-a", c.run.agent, "name of the agent; else the configured default");
  run->add_option("--cwd,-C", c.run.cwd, "folder to work in; else this one");
  run->add_flag("--detach,-d", c.run.detach, "print the session's id and leave it to the daemon");
  run->add_option("PROMPT", c.words, "what to do; - reads it from stdin")->required();
  run->footer("Ctrl-C cancels the turn; a second one only leaves it alone.");

  CLI::App* attach = add(app, c, "attach", "show a session: what was, then what comes",
                         [&c] { return acpd::cli::attach(c.common, c.attach); });
  add_session(attach, c.attach.session);
  attach->add_option("--from", c.attach.from, "only what comes from this number on")
      ->check(CLI::PositiveNumber);
  attach->add_flag("--wait,-w", c.attach.wait, "end when the session has nothing to do");
  attach->footer("Ctrl-C detaches; the session goes on. With --json: the daemon's own lines.");

  CLI::App* permit = add(app, c, "permit", "list and answer what agents ask",
                         [&c] { return acpd::cli::permit(c.common, c.permit); });
  add_session(permit, c.permit.session);
  permit->add_option("--id", c.permit.id, "one question");
  permit->add_flag("--all", c.permit.all, "answer all of them alike");
  auto* how = permit->add_option_group("answer");
  how->add_flag("--allow,-y", c.permit.answer.allow, "allow once");
  how->add_flag("--reject,-n", c.permit.answer.reject, "reject, or decline");
  how->add_option("--option", c.permit.answer.option, "choose this option, by its id");
  how->add_option("--answer", c.permit.answer.answer, "JSON object: what was asked for");
  how->require_option(0, 1);
  permit->footer("Without SESSION: of all sessions. Without an answer: asks on a terminal, else "
                 "lists. Nothing is ever answered by waiting.");
}

void add_looking(CLI::App& app, command_line& c) {
  CLI::App* ls = add(app, c, "ls", "list the sessions, newest first",
                     [&c] { return list(c.common, c.only_ids); });
  ls->add_flag("--quiet,-q", c.only_ids, "ids only");

  CLI::App* log =
      add(app, c, "log", "print a session's log", [&c] { return acpd::cli::log(c.common, c.log); });
  add_session(log, c.log.session);
  log->add_option("--from", c.log.from, "number of the first entry")->check(CLI::PositiveNumber);
  log->add_flag("--follow,-f", c.log.follow, "go on with what comes");
  log->footer("With --json one entry a line: {seq, at, kind, turn, frame?}.");

  add(app, c, "status", "what the daemon is doing", [&c] { return status(c.common); });
  add(app, c, "doctor", "what is installed, what is wrong, what to do",
      [&c] { return doctor(c.common); });
}

void add_ending(CLI::App& app, command_line& c) {
  add_session(add(app, c, "cancel", "end the running turn and those queued",
                  [&c] { return cancel(c.common, c.session); }),
              c.session);
  add_session(add(app, c, "close", "end the turn and the agent; the session can be loaded again",
                  [&c] { return close(c.common, c.session); }),
              c.session);
  add_session(add(app, c, "rm", "delete a session and its log for good",
                  [&c] { return remove(c.common, c.session); }),
              c.session, true);
  CLI::App* stop = add(app, c, "stop", "end the daemon; agents go on without it",
                       [&c] { return acpd::cli::stop(c.common, c.agents); });
  stop->add_flag("--agents", c.agents, "end the agents, too");
}

void add_remote(CLI::App& app, command_line& c) {
  CLI::App* token = app.add_subcommand("token", "who may come from elsewhere");
  token->require_subcommand(1);
  CLI::App* made = token->add_subcommand("new", "make a token, and print it this once");
  made->callback([&c] { c.chosen = [&c] { return token_new(c.common, c.token); }; });
  made->add_option("--role", c.token.role, "controller, or observer: looks on")
      ->check(CLI::IsMember({"controller", "observer"}))
      ->capture_default_str();
  made->add_option("--name", c.token.name, "what to call it");
  CLI::App* ls = token->add_subcommand("ls", "list the tokens");
  ls->callback([&c] { c.chosen = [&c] { return token_list(c.common); }; });
  CLI::App* revoke = token->add_subcommand("revoke", "end a token and its connections");
  revoke->callback([&c] { c.chosen = [&c] { return token_revoke(c.common, c.token); }; });
  revoke->add_option("NAME", c.token.name, "its name or number")->required();
  CLI::App* through = add(app, c, "relay", "stdin and stdout become the daemon's socket",
                          [&c] { return relay(c.common.flags); });
  through->footer("What `acpctl connect --remote ssh://HOST` runs on HOST.");
}

void add_search(CLI::App& app, command_line& c) {
  CLI::App* search = add(app, c, "search", "find code in this folder, by words or names", [&c] {
    for (const std::string& word : c.words)
      c.search.query += (c.search.query.empty() ? "" : " ") + word;
    return acpd::cli::search(c.common, c.search);
  });
  search->add_option("QUERY", c.words, "words, a question, or identifiers")->required();
  search->add_option("--cwd,-C", c.search.cwd, "folder to search; else this one");
  search->add_option("--limit,-n", c.search.limit, "hits")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  search->add_option("--glob,-g", c.search.glob, "only paths like this; * crosses folders");
  search->add_option("--lang,-l", c.search.language, "only this language");
  search->add_option("--kind,-k", c.search.kind,
                     "only function, type, value, container, section or window");
  search->add_flag("--text,-t", c.search.text, "all of each hit, not only its first line");
  search->add_flag("--now", c.search.now, "do not wait until everything is indexed");
  search->footer("A folder that is not indexed yet is indexed first: a line says how far it is.");
}

void add_index(CLI::App& app, command_line& c) {
  CLI::App* index = app.add_subcommand("index", "the code index: what it covers, what it keeps");
  index->require_subcommand(1);
  const auto verb = [&](const char* name, const char* text, auto run) {
    CLI::App* made = index->add_subcommand(name, text);
    made->callback([&c, run] { c.chosen = [&c, run] { return run(c.common, c.index); }; });
    made->add_option("DIR", c.index.folder, "the folder; else this one");
    return made;
  };
  CLI::App* status = verb("status", "what is indexed; of DIR: how well", index_status);
  status->get_option("DIR")->description("the folder; else all");
  status->add_flag("--wait,-w", c.index.wait, "show the progress of DIR until it is complete");
  CLI::App* made = verb("add", "index a folder, and keep it fresh until it is removed", index_add);
  made->add_flag("--detach,-d", c.index.detach, "do not wait for the end");
  made->add_flag("--wide", c.index.wide, "though it is your home folder, or above it");
  verb("rm", "delete a folder's index", index_remove);
  verb("rebuild", "index a folder anew", index_rebuild);
  index->footer("Sessions bring their folders by themselves.");
}

void add_agents(CLI::App& app, command_line& c) {
  CLI::App* all = app.add_subcommand("agents", "which agents there are, and how to get the others");
  CLI::App* update = all->add_subcommand("update", "look into the ACP registry for newer ones");
  all->callback([&c, update] { // runs after its subcommand's
    if (!update->parsed()) c.chosen = [&c] { return acpd::cli::agents(c.common); };
  });
  update->callback([&c] { c.chosen = [&c] { return agents_update(c.common, c.update); }; });
  update->add_option("FILE", c.update.source,
                     "the registry's JSON: a file, - or an https:// address");
  update->add_flag("--yes,-y", c.update.yes, "write what is new without asking");
  update->footer("Shows what is new and which commands change. Nothing is changed without "
                 "consent: asks on a terminal.");
}

void add_completion(CLI::App& app, command_line& c) {
  CLI::App* completion = add(app, c, "completion", "print the completion script of a shell",
                             [&c] { return acpd::cli::completion(c.shell); });
  completion->add_option("SHELL", c.shell, "bash or zsh")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh"}));
  completion->footer("bash: source <(acpctl completion bash)\n"
                     "zsh: acpctl completion zsh > a file _acpctl in a folder of $fpath");
  add(app, c, "agent-names", "", [&c] { return agent_names(c.common); })->group("");
}

} // namespace

int run_command_line(int argc, char** argv) {
  CLI::App app(about, "acpctl");
  command_line c;
  app.set_version_flag("--version,-V", "acpctl " ACPD_VERSION);
  app.add_option("--socket", c.common.flags.socket, "the daemon's socket (ACPD_SOCKET)");
  app.add_option("--state-dir", c.common.flags.state_dir, "the daemon's state (ACPD_STATE_DIR)");
  app.add_option("--config", c.common.flags.config, "configuration file (ACPD_CONFIG)");
  app.add_flag("--json", c.common.json, "for programs: one JSON document, or one a line");
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(exit_codes);
  add_connect(app, c);
  add_work(app, c);
  add_looking(app, c);
  add_search(app, c);
  add_index(app, c);
  add_ending(app, c);
  add_remote(app, c);
  add_agents(app, c);
  add_completion(app, c);
  try {
    app.parse(argc, argv);
    if (const auto* connect = app.get_subcommand("connect"); connect->parsed())
      c.words = connect->remaining();
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? ok : usage;
  }
  return c.chosen();
}

} // namespace acpd::cli
