# Sourced by tests/run, .ci/run and server/demo: installs what is missing on a Debian 12 machine and
# builds. Everything is idempotent; a second run installs nothing and says so.
# Needs acpd_root; gives NODE (22.13 or newer, in front of PATH) and the functions below.

acpd_packages=(
  build-essential cmake ninja-build git ccache clang-19 lld-19 llvm-19 libclang-rt-19-dev
  libboost1.81-dev libboost-json1.81-dev libsqlite3-dev libspdlog-dev libfmt-dev libxxhash-dev
  libtomlplusplus-dev libcli11-dev libssl-dev libstemmer-dev libjemalloc-dev catch2 ca-certificates
)
acpd_installed=()

acpd_say() { printf '%s\n' "$*"; }
acpd_fail() { printf 'error: %s\n' "$*" >&2; return 1; }

# Runs a command quietly; shows the end of its output only when it fails.
acpd_quietly() {
  local log=$acpd_root/build/$1.log; shift
  mkdir -p "$acpd_root/build"
  if ! "$@" >"$log" 2>&1; then
    tail -n 60 "$log" >&2
    acpd_fail "\`$*\` failed; all of its output is in $log"
  fi
}

acpd_as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else acpd_fail "packages are missing (${acpd_missing[*]}) and there is no sudo: install them as root, then run this again"
  fi
}

acpd_install_packages() {
  acpd_missing=()
  if ! command -v dpkg-query >/dev/null; then
    acpd_say "no dpkg here: taking it that clang-19, cmake, ninja and the libraries in tests/lib/setup.sh are installed"
    return 0
  fi
  local name wanted=("${acpd_packages[@]}")
  command -v node >/dev/null && command -v npm >/dev/null || wanted+=(nodejs npm)
  for name in "${wanted[@]}"; do
    dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q 'ok installed' || acpd_missing+=("$name")
  done
  [ ${#acpd_missing[@]} = 0 ] && return 0
  acpd_say "installing with apt: ${acpd_missing[*]}"
  acpd_quietly apt-update acpd_as_root apt-get update -q || return 1
  acpd_quietly apt-install acpd_as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "${acpd_missing[@]}" || return 1
  acpd_installed+=("${acpd_missing[@]}")
}

# acpx needs Node 22.13; Debian's own is 18. A Node in build/ leaves the machine's alone.
acpd_install_node() {
  local own=$acpd_root/build/node22
  if ! acpd_node_fits "$(command -v node)"; then
    if ! acpd_node_fits "$own/node_modules/node/bin/node"; then
      acpd_say "installing Node 22 into build/node22"
      acpd_quietly node22 npm install node@22 --ignore-scripts=false --prefix "$own" || return 1
      acpd_installed+=(node@22)
    fi
    PATH=$own/node_modules/node/bin:$PATH
  fi
  NODE=$(command -v node)
  export PATH NODE
}

acpd_node_fits() {
  [ -x "$1" ] || return 1
  "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 13) ? 0 : 1)'
}

acpd_install_npm() {
  local lock=$acpd_root/package-lock.json mark=$acpd_root/node_modules/.acpd-lock
  cmp -s "$lock" "$mark" && return 0
  acpd_say "installing npm packages as in package-lock.json"
  (cd "$acpd_root" && acpd_quietly npm-ci npm ci) || return 1
  cp "$lock" "$mark"
  acpd_installed+=(package-lock.json)
}

acpd_install() {
  acpd_install_packages && acpd_install_node && acpd_install_npm || return 1
  [ ${#acpd_installed[@]} != 0 ] || acpd_say "nothing to install"
}

# acpd_build PRESET [TARGET…]: configures and builds build/PRESET.
acpd_build() {
  local preset=$1 started=$SECONDS; shift
  local targets=() ; [ $# = 0 ] || targets=(--target "$@")
  acpd_quietly "configure-$preset" cmake -S "$acpd_root" --preset "$preset" || return 1
  acpd_quietly "build-$preset" cmake --build "$acpd_root/build/$preset" "${targets[@]}" || return 1
  acpd_say "built build/$preset in $((SECONDS - started)) s"
}
