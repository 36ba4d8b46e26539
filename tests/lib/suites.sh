# Sourced by tests/run: each function runs one kind of test and adds to passed and failed.
# Every wait is bounded: a program that hangs is a failure, not a run without end.

run_ctest() {
  local log=$acpd_root/build/ctest-$1.log
  local only=(); [ -z "$filter" ] || only=(-R "$filter")
  timeout 1200 ctest --test-dir "build/$1" -j2 --timeout 120 --output-on-failure "${only[@]}" 2>&1 |
    tee "$log" | grep -vE '^ *(Start +)?[0-9]+(: |/[0-9]+ Test .* Passed )' | grep -v '^$'
  local total lost
  total=$(sed -nE 's/.* tests? failed out of ([0-9]+)$/\1/p' "$log" | tail -n 1)
  lost=$(sed -nE 's/.*, ([0-9]+) tests? failed out of [0-9]+$/\1/p' "$log" | tail -n 1)
  if [ -z "$total" ]; then
    grep -q 'No tests were found' "$log" && [ -n "$filter" ] && return
    failed=$((failed + 1)); echo "ctest in build/$1 did not end as it should: $log"; return
  fi
  passed=$((passed + total - lost)) failed=$((failed + lost))
}

# run_node FOLDER|FILE…: every *.test.mjs below, three files at a time since they
# mostly wait, file_seconds for each.
run_node() {
  node_runs=$(( ${node_runs:-0} + 1 ))
  local files=() log=$acpd_root/build/node-tests-$node_runs.tap
  mapfile -t files < <(find "$@" -name '*.test.mjs' 2>/dev/null | sort)
  local only=()
  if [ -n "$filter" ]; then
    local named=(); for f in "${files[@]}"; do [[ $f == *$filter* ]] && named+=("$f"); done
    if [ ${#named[@]} != 0 ]; then files=("${named[@]}")
    else only=(--test-name-pattern "$filter"); fi
  fi
  [ ${#files[@]} != 0 ] || return
  rm -f "$log"
  timeout "${ACPD_NODE_TIMEOUT:-3600}" "$NODE" --test --test-concurrency=3 "${only[@]}" \
    --test-timeout=$(( ${file_seconds:-600} * 1000 )) \
    --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=tap --test-reporter-destination="$log" \
    "${files[@]}"
  local code=$? good bad
  good=$(tap_count pass) bad=$(( $(tap_count fail) + $(tap_count cancelled) ))
  [ $code = 0 ] || [ "$bad" != 0 ] || { bad=1; echo "node --test ended with $code"; }
  passed=$((passed + good)) failed=$((failed + bad))
}

tap_count() { sed -nE "s/^# $1 ([0-9]+)$/\1/p" "$log" 2>/dev/null | tail -n 1 | grep . || echo 0; }

# The VS Code extension: tsc, eslint and vitest. Its packages are installed once.
run_extension() {
  [ -z "$filter" ] || [[ extension == *$filter* ]] || return
  local folder=clients/vscode
  if ! cmp -s "$folder/package-lock.json" "$folder/node_modules/.acpd-lock"; then
    (cd "$folder" && acpd_quietly vscode-npm-ci npm ci) ||
      { failed=$((failed + 1)); return; }
    cp "$folder/package-lock.json" "$folder/node_modules/.acpd-lock"
  fi
  run_program npm --prefix "$folder" test
}

prefetch_log=$acpd_root/build/code-server-prefetch.log
vscode_packages=(python3 libkrb5-dev ripgrep chromium)  # of tests/editors/code_server.sh
# code-server is fetched and its native modules are compiled while the C++ is: the tests wait for
# it where they need it, and say what went wrong.
prefetch_vscode() {
  [ -z "$filter" ] || [[ vscode == *$filter* ]] || return 0
  nice tests/editors/code_server.sh >"$prefetch_log" 2>&1 &
  prefetch=$!
}
# Whether it is there. What cannot be fetched is no fault of the project's: said, and left out.
vscode_ready() {
  [ -n "${prefetch:-}" ] || return
  timeout 900 tail --pid="$prefetch" -f /dev/null
  wait "$prefetch" && return
  echo "LEFT OUT: tests/vscode, since code-server could not be installed: $prefetch_log"
  tail -n 5 "$prefetch_log"
  return 1
}

run_fuzz() {
  local program name
  for program in build/fuzz/bin/fuzz_*; do
    [ -x "$program" ] ||
      { echo "no fuzz targets in build/fuzz/bin"; failed=$((failed + 1)); return; }
    name=$(basename "$program")
    [[ $name == *$filter* ]] || continue
    mkdir -p "build/fuzz/corpus/$name"
    local seeds=(); [ -d "tests/fuzz/corpus/$name" ] && seeds=("tests/fuzz/corpus/$name")
    if timeout $(( $1 + 120 )) "$program" -max_total_time="$1" -rss_limit_mb=2048 -timeout=20 \
        -artifact_prefix="build/fuzz/$name-" "build/fuzz/corpus/$name" "${seeds[@]}" \
        >"build/fuzz/$name.log" 2>&1
    then
      passed=$((passed + 1))
      echo "$name: $(grep -E '^Done|stat::number' "build/fuzz/$name.log" | tail -n 1)"
    else failed=$((failed + 1)); tail -n 30 "build/fuzz/$name.log"; fi
  done
}

run_program() {
  if timeout 3600 "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}
