# bash completion for acpctl
# Names of files, quoted as the shell needs it; $1 is what compgen calls them.
_acpctl_files() {
  compopt -o filenames
  mapfile -t COMPREPLY < <(compgen "$1" -- "$2")
}
# A word as the program would get it, for plain cases: nothing of it is ever run.
_acpctl_plain() {
  local word=${1//[\"\'\\]/}
  printf '%s\n' "${word/#\~\//$HOME/}"
}
# What may stand next: after $1, a command, and $2, what came after it.
_acpctl_words() {
  local common="--socket --state-dir --config --json --help" command=$1 second=$2 words=
  case $command in
    '') words="agents connect run ls attach log cancel close rm permit search index status stop doctor"
      words+=" token relay completion --version $common" ;;
    agents) words="$common"
      case $second in '') words+=" update" ;; update) words+=" --yes" ;; esac ;;
    connect) words="--agent --remote --token-file --ca --socket --state-dir --config --help" ;;
    run) words="--agent --cwd --detach $common" ;;
    ls) words="--quiet $common" ;;
    attach) words="--from --wait $common" ;;
    log) words="--from --follow $common" ;;
    permit) words="--id --all --allow --reject --option --answer $common" ;;
    search) words="--cwd --limit --glob --lang --kind --text --now $common" ;;
    index) words="$common"
      case $second in
        '') words+=" status add rm rebuild" ;;
        status) words+=" --wait" ;;
        add) words+=" --detach --wide" ;;
      esac ;;
    stop) words="--agents $common" ;;
    token) words="$common"
      case $second in '') words+=" new ls revoke" ;; new) words+=" --role --name" ;; esac ;;
    completion) words="bash zsh" ;;
    *) words="$common" ;;
  esac
  printf '%s\n' "$words"
}
_acpctl() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= second= i
  local -a place=() # which daemon the line names: that one is asked for its sessions
  COMPREPLY=()
  # --option=value arrives as three words.
  if [[ $word == = ]]; then word=
  elif [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      --socket|--state-dir|--config)
        place+=("${COMP_WORDS[i]}")
        [[ ${COMP_WORDS[i+1]} == = ]] && ((i++))
        ((i++))
        place+=("$(_acpctl_plain "${COMP_WORDS[i]}")") ;;
      -*) ;;
      *) if [[ -z $command ]]; then command=${COMP_WORDS[i]}
         elif [[ -z $second ]]; then second=${COMP_WORDS[i]}
         fi ;;
    esac
  done
  case $before in
    --socket|--config|--token-file|--ca) _acpctl_files -f "$word"; return ;;
    --state-dir|--cwd|-C) _acpctl_files -d "$word"; return ;;
    --agent|-a)
      mapfile -t COMPREPLY < <(compgen -W "$(acpctl "${place[@]}" agent-names 2>/dev/null)" -- \
        "$word")
      return ;;
    --role) mapfile -t COMPREPLY < <(compgen -W "controller observer" -- "$word"); return ;;
    --kind|-k)
      mapfile -t COMPREPLY < <(compgen -W "function type value container section window" -- "$word")
      return ;;
    --from|--id|--option|--answer|--remote|--name|--limit|-n|--glob|-g|--lang|-l) return ;;
  esac
  case "$command $second" in
    'index '?*) [[ $word != -* ]] && { _acpctl_files -d "$word"; return; } ;;
    'run '*|'agents update') [[ $word != -* ]] && { _acpctl_files -f "$word"; return; } ;;
  esac
  local words
  words=$(_acpctl_words "$command" "$second")
  case $command in
    attach|log|cancel|close|rm|permit)
      [[ $word == -* ]] || words="$(acpctl "${place[@]}" ls --quiet 2>/dev/null)" ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _acpctl acpctl
