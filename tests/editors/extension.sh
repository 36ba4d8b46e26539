#!/usr/bin/env bash
# Makes the .vsix of clients/vscode, with the programs of $ACPD_BIN (else build/dev/bin) inside;
# says its path on stdout.
#   tests/editors/extension.sh            (installs the extension's npm packages once)
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

extension=$acpd_root/clients/vscode
out=$acpd_root/build/editors/acpd.vsix

make_package() {
  cd "$extension"
  cmp -s package-lock.json node_modules/.acpd-lock || {
    acpd_quietly vscode-npm-ci npm ci && cp package-lock.json node_modules/.acpd-lock
  }
  ACPD_BIN=${ACPD_BIN:-$acpd_root/build/dev/bin} \
    acpd_quietly vscode-package npm run package -- --out "$out.new"
  mv "$out.new" "$out"  # another test may be reading the last one
}

exec {lock}>"$out.lock"  # two tests at once: one makes it, the other waits
flock "$lock"
make_package >&2
echo "$out"
