#!/usr/bin/env bash
# The source of an editor's plugin, at the commit in plugins.txt, in build/editors; says where on
# stdout.
#   tests/editors/plugin.sh OWNER/NAME
# ACPD_PLUGIN_GIT says where repositories are instead of GitHub: a folder or an address with {owner}
# and {name} in it, for example /mirror/{owner}/{name}.git
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
own=$editors_here/plugin.sh

fetch() {
  local folder=$1 repository=$2 commit=$3
  if [ ! -d "$repository" ]; then
    git init -q --bare "$folder/.git"
    git --git-dir "$folder/.git" fetch -q --depth 1 "$repository" "$commit"
    repository=$folder/.git
  fi
  # Films are left out: they are large, and partial mirrors lack them.
  git --git-dir "$repository" archive "$commit" -- . ':(exclude)*.gif' ':(exclude)*.mp4' | tar -x \
    -C "$folder"
}

if [ "${1:-}" = fetch ]; then shift; fetch "$@"; exit; fi  # called by itself, below
case ${1:-} in
  [!-]*/*) ;;
  *) sed -n '2,5s/^# \{0,1\}//p' "$0"; [ "${1:-}" = --help ]; exit ;;
esac
owner=${1%/*} name=${1#*/}
commit=$(awk -v which="$1" '$1 == which { print $2 }' "$editors_here/plugins.txt")
[ "$commit" ] || acpd_fail "no commit for $1 in tests/editors/plugins.txt: add a line \"$1 COMMIT\""
where=${ACPD_PLUGIN_GIT:-https://github.com/{owner\}/{name\}}
where=${where//\{owner\}/$owner} where=${where//\{name\}/$name}
editors_once "$editors/$name" "$commit" "$own" fetch "$editors/$name" "$where" "$commit"
echo "$editors/$name"
