# Sourced by code_server.sh, neovim.sh and measure: where editors are installed, and how a step is
# done once. Everything lands in build/editors; nothing but Debian packages touches the machine.
acpd_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$acpd_root/tests/lib/setup.sh"
editors=$acpd_root/build/editors
editors_here=$acpd_root/tests/editors
mkdir -p "$editors"

# Apt packages, if missing: editors_packages NAME…
editors_packages() {
  acpd_packages=("$@")
  acpd_install_packages >&2
}

# editors_once FOLDER VERSION COMMAND…: runs COMMAND to make FOLDER unless it is there in this
# version.
# A build that broke off leaves no mark and is made again from nothing; of two at once, one waits.
editors_once() {
  local folder=$1 version=$2 lock; shift 2
  exec {lock}>"$folder.lock"
  flock "$lock"
  editors_make "$folder" "$version" "$@"
  local code=$?
  exec {lock}>&-
  return $code
}

editors_make() {
  local folder=$1 version=$2; shift 2
  [ "$(cat "$folder/.done" 2>/dev/null)" = "$version" ] && return 0
  rm -rf "$folder" && mkdir -p "$folder" || return 1
  acpd_say "installing $(basename "$folder") ($version) into build/editors" >&2
  acpd_quietly "editors/$(basename "$folder")" timeout "${ACPD_EDITORS_LIMIT:-900}" "$@" || return 1
  printf '%s' "$version" >"$folder/.done"
}
