# bash completion for acpctl
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
