#!/usr/bin/env bash
# Packages the extension formulahendry/vscode-acp; says the path of the .vsix on stdout.
#   tests/editors/vscode_acp.sh            (after code_server.sh, whose Node and vsce it uses)
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

package() {
  eval "$("$editors_here/code_server.sh")"
  PATH=$(dirname "$NODE"):$PATH
  cp -r "$2/." "$1/source"
  cd "$1/source"
  npm ci --ignore-scripts --no-audit --no-fund
  node "$TOOLS/@vscode/vsce/vsce" package --no-dependencies -o "$1/acp.vsix"
  cd .. && rm -rf source
}

if [ "${1:-}" = package ]; then package "$2" "$3"; exit; fi  # called by itself, below
source=$("$editors_here/plugin.sh" formulahendry/vscode-acp)
editors_once "$editors/vsix" "$(cat "$source/.done")" "$editors_here/vscode_acp.sh" package \
  "$editors/vsix" "$source"
echo "$editors/vsix/acp.vsix"
