#!/usr/bin/env bash
# code-server is VS Code with a real extension host, without a screen: installs it and what drives
# it (playwright-core for Debian's Chromium, vsce for packaging) into build/editors; says where on
# stdout: NODE=…, CODE_SERVER=… (its entry), TOOLS=… (node_modules of playwright-core and vsce),
# CHROMIUM=…
#   tests/editors/code_server.sh            (a second run installs nothing)
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

code_server_version=4.100.3  # VS Code 1.100.3, the last one that runs on Node 20
tools=(playwright-core@1.56.1 @vscode/vsce@3.9.1)
folder=$editors/code-server
vscode=$folder/node_modules/code-server/lib/vscode

# Node 20 exactly: code-server refuses others, and its native modules are built for it.
node20() {
  case $(node --version 2>/dev/null) in v20.*) command -v node; return ;; esac
  editors_once "$editors/node20" 20 npm install node@20 --ignore-scripts=false --prefix \
    "$editors/node20" >&2
  echo "$editors/node20/node_modules/node/bin/node"
}

# Scripts are ignored, since one of them downloads ripgrep from elsewhere; the native modules that
# are needed are then built one by one.
install_code_server() {
  cd "$folder"
  echo '{ "private": true }' >package.json  # or npm would take the project's own, higher up
  npm install "code-server@$code_server_version" --ignore-scripts --no-audit --no-fund
  # Debian's headers instead of a download: these modules keep to Node's stable interface.
  [ ! -e /usr/include/node/node_api.h ] || export npm_config_nodedir=/usr
  export npm_config_yes=true  # one of the scripts below runs npx node-gyp, which would ask
  npm rebuild argon2
  cd "$vscode"
  npm install --omit=dev --ignore-scripts --no-audit --no-fund
  local module
  for module in node-pty @vscode/spdlog native-watchdog @parcel/watcher; do npm rebuild \
    "$module"; done
  mkdir -p node_modules/@vscode/ripgrep/bin
  ln -sfn "$(command -v rg)" node_modules/@vscode/ripgrep/bin/rg
  ln -sfn node_modules node_modules.asar
  cd extensions
  npm install --omit=dev --ignore-scripts --no-audit --no-fund
}

install_tools() {
  cd "$editors/tools"
  echo '{ "private": true }' >package.json
  npm install "${tools[@]}" --ignore-scripts --no-audit --no-fund
}

case ${1:-} in
  '') ;;
  install_code_server | install_tools) "$1"; exit ;;  # called by itself, below
  *) sed -n '2,5s/^# \{0,1\}//p' "$0"; [ "$1" = --help ]; exit ;;
esac
editors_packages build-essential python3 pkg-config libkrb5-dev ripgrep chromium
NODE=$(node20)
PATH=$(dirname "$NODE"):$PATH
editors_once "$folder" "$code_server_version" "$0" install_code_server
editors_once "$editors/tools" "${tools[*]}" "$0" install_tools
printf '%s=%s\n' NODE "$NODE" CODE_SERVER "$folder/node_modules/code-server/out/node/entry.js" \
  TOOLS "$editors/tools/node_modules" CHROMIUM "$(command -v chromium)"
