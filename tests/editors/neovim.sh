#!/usr/bin/env bash
# A Neovim of another Debian suite in a folder of its own, since Debian 12's (0.7) is too old for
# any plugin; says the path of its nvim on stdout.
#   tests/editors/neovim.sh [SUITE]     trixie: 0.10 (what we support at least), forky: 0.12;
#   default trixie
# The packages and all that they need, libc too, are downloaded with a private apt configuration and
# unpacked, never installed: the machine's own libc stays. Signed by Debian's keys as ever.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
installing=
[ "${1:-}" != install ] || { installing=yes; shift; }  # called by itself, below
suite=${1:-trixie}
folder=$editors/neovim-$suite
case $suite in
  trixie | forky) ;;
  *) sed -n '2,6s/^# \{0,1\}//p' "$0"; [ "$suite" = --help ]; exit ;;
esac

# The mirror that this machine itself uses for Debian.
mirror() {
  apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(LABEL)' 2>/dev/null |
    awk '$2 == "Debian" && $3 == "Debian" { print $1; exit }' | grep . ||
    acpd_fail "no source of Debian packages in this machine's apt configuration (after apt-get update)"
}

private_apt() {
  local apt=$folder/apt
  apt-get -q -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts="$apt/none" \
    -o Dir::State="$apt/state" -o Dir::State::status="$apt/status" -o Dir::Cache="$apt/cache" \
    -o APT::Sandbox::User=root "$@"
}

unpack() {
  local apt=$folder/apt source package
  source=$(mirror)
  mkdir -p "$apt"/{none,state/lists/partial,cache/archives/partial}
  : >"$apt/status"  # nothing counts as installed: everything that Neovim needs is downloaded
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $source $suite main" \
    >"$apt/sources.list"
  private_apt update
  private_apt install --download-only --yes --no-install-recommends neovim
  for package in "$apt"/cache/archives/*.deb; do dpkg-deb -x "$package" "$folder"; done
  rm -rf "$apt"
}

# Its own loader and libraries by absolute paths: nothing of the environment that children inherit.
relink() {
  local program=$folder/usr/bin/nvim loader libraries
  loader=$(find "$folder"/usr/lib* "$folder"/lib* -name "$(basename "$(patchelf \
    --print-interpreter "$program")")" -print -quit)
  libraries=$(echo "$folder"/usr/lib/*-linux-gnu)
  patchelf --set-interpreter "$loader" --force-rpath --set-rpath "$libraries:$libraries/lua/5.1" \
    "$program"
  mkdir -p "$folder/bin"
  cat >"$folder/bin/nvim" <<END
#!/bin/sh
VIMRUNTIME='$folder/usr/share/nvim/runtime'; export VIMRUNTIME
exec '$program' "\$@"
END
  chmod +x "$folder/bin/nvim"
  "$folder/bin/nvim" --version
}

if [ "$installing" ]; then unpack; relink; exit; fi
editors_packages patchelf ca-certificates
editors_once "$folder" "$suite" "$0" install "$suite"
echo "$folder/bin/nvim"
