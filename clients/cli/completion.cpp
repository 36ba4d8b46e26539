#include "clients/cli/completion.h"

#include "clients/cli/commands.h"
#include "clients/cli/exit_codes.h"
#include "clients/cli/output.h"
#include "server/wire/config.h"
#include "server/wire/known_agents.h"

namespace acpd::cli {

std::string_view bash_completion() {
  return R"SCRIPT(# bash completion for acpctl
_acpctl() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      --socket|--state-dir|--config) ((i++)) ;;
      -*) ;;
      *) command=${COMP_WORDS[i]}; break ;;
    esac
  done
  case $before in
    --socket|--config) mapfile -t COMPREPLY < <(compgen -f -- "$word"); return ;;
    --state-dir|--cwd|-C) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    --agent|-a) mapfile -t COMPREPLY < <(compgen -W "$(acpctl agent-names 2>/dev/null)" -- "$word"); return ;;
    --from|--id|--option|--answer) return ;;
  esac
  local common="--socket --state-dir --config --json --help" words=
  case $command in
    '') words="connect run ls attach log cancel close rm permit status stop doctor completion --version $common" ;;
    connect) words="--agent --socket --state-dir --config --help" ;;
    run) words="--agent --cwd --detach $common" ;;
    ls) words="--quiet $common" ;;
    attach) words="--from --wait $common" ;;
    log) words="--from --follow $common" ;;
    permit) words="--id --all --allow --reject --option --answer $common" ;;
    stop) words="--agents $common" ;;
    completion) words="bash zsh" ;;
    *) words="$common" ;;
  esac
  case $command in
    attach|log|cancel|close|rm|permit)
      [[ $word == -* ]] || words="$(acpctl ls --quiet 2>/dev/null)" ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _acpctl acpctl
)SCRIPT";
}

std::string_view zsh_completion() {
  return R"SCRIPT(#compdef acpctl
_acpctl_sessions() { compadd -- ${(f)"$(acpctl ls --quiet 2>/dev/null)"} }
_acpctl_agents() { compadd -- ${(f)"$(acpctl agent-names 2>/dev/null)"} }

_acpctl() {
  local curcontext=$curcontext state line
  local -a common commands
  common=(
    '--socket[the socket of the daemon]:file:_files'
    '--state-dir[the state of the daemon]:folder:_files -/'
    '--config[configuration file]:file:_files'
    '--json[for programs]'
    '--help[what there is]'
  )
  commands=(
    'connect:be the agent of an editor'
    'run:give an agent a prompt in a new session'
    'ls:list the sessions'
    'attach:show a session'
    'log:print the log of a session'
    'cancel:end the running turn and those queued'
    'close:end the turn and the agent'
    'rm:delete a session and its log'
    'permit:list and answer what agents ask'
    'status:what the daemon is doing'
    'stop:end the daemon'
    'doctor:what is installed, what is wrong, what to do'
    'completion:print the completion script of a shell'
  )
  _arguments -C $common '--version[print the version]' '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe command commands ;;
    argument)
      case $line[1] in
        connect) _arguments $common '--agent[the agent]:agent:_acpctl_agents' ;;
        run) _arguments $common '(-a --agent)'{-a,--agent}'[the agent]:agent:_acpctl_agents' \
          '(-C --cwd)'{-C,--cwd}'[folder to work in]:folder:_files -/' \
          '(-d --detach)'{-d,--detach}'[leave it to the daemon]' '*:prompt:' ;;
        ls) _arguments $common '(-q --quiet)'{-q,--quiet}'[ids only]' ;;
        attach) _arguments $common '--from[first number]:number:' \
          '(-w --wait)'{-w,--wait}'[end when there is nothing to do]' '1:session:_acpctl_sessions' ;;
        log) _arguments $common '--from[first number]:number:' \
          '(-f --follow)'{-f,--follow}'[go on with what comes]' '1:session:_acpctl_sessions' ;;
        permit) _arguments $common '--id[one question]:id:' '--all[all alike]' \
          '(-y --allow)'{-y,--allow}'[allow once]' '(-n --reject)'{-n,--reject}'[reject]' \
          '--option[by its id]:option:' '--answer[a JSON object]:json:' '1:session:_acpctl_sessions' ;;
        cancel|close|rm) _arguments $common '1:session:_acpctl_sessions' ;;
        stop) _arguments $common '--agents[end the agents, too]' ;;
        completion) _arguments '1:shell:(bash zsh)' ;;
        *) _arguments $common ;;
      esac ;;
  esac
}
_acpctl "$@"
)SCRIPT";
}

int completion(const std::string& shell) {
  write_out(shell == "zsh" ? zsh_completion() : bash_completion());
  return ok;
}

int agent_names(const common_options& common) {
  const auto where = wire::find_paths(common.flags);
  if (!where) return report(where.error());
  std::string out;
  // A configuration with an error in it must not take the known names away from a completion.
  if (const auto config = wire::read_config(where->config, false))
    for (const auto& [name, agent] : config->agents)
      out += name + "\n";
  for (const wire::known_agent& agent : wire::known_agents())
    if (("\n" + out).find("\n" + std::string(agent.id) + "\n") == std::string::npos)
      out += std::string(agent.id) + "\n";
  write_out(out);
  return ok;
}

} // namespace acpd::cli
