#!/usr/bin/env bash
# The tests, those that fail soonest first. Stops at the first failure, and prints the seconds of each step.
#   scripts/test.sh         what each change must pass: make test
#   scripts/test.sh --all   everything that exists: make test-all
. "$(dirname "$0")/env.sh"
case ${1:-} in
  '') needs=--test ;;
  --all) needs=--all; export FABULA_ALL=1 ;;
  *) fail "unknown option $1" ;;
esac
mkdir -p target
# The tests append to these: "PASSED FAILED" per program, a line per skipped test, a line per failed file.
export FABULA_TALLY=$ROOT/target/tally.txt FABULA_SKIPPED=$ROOT/target/skipped.txt FABULA_FAILED=$ROOT/target/failed.txt
rm -f "$FABULA_TALLY" "$FABULA_SKIPPED" "$FABULA_FAILED"
touch "$FABULA_TALLY" "$FABULA_SKIPPED"
times=()

summary() {
  local passed failed skipped
  printf '\n'
  if [ -s "$FABULA_SKIPPED" ]; then
    say "Skipped:"
    sort "$FABULA_SKIPPED" | sed 's/^/  /'
  fi
  printf 'Seconds: %s; %d in all.\n' "$(IFS=','; printf '%s' "${times[*]}" | sed 's/,/, /g')" "$SECONDS"
  read -r passed failed < <(awk '{ passed += $1; failed += $2 } END { print passed + 0, failed + 0 }' "$FABULA_TALLY")
  skipped=$(wc -l <"$FABULA_SKIPPED")
  say "$passed passed, $failed failed, $skipped skipped"
}
step() { # TITLE COMMAND...
  local title=$1 began=$SECONDS status=0
  shift
  printf '\n=== %s\n' "$title"
  "$@" || status=$?
  times+=("$title $((SECONDS - began))")
  if [ $status != 0 ]; then
    summary
    printf '=== FAILED: %s\n' "$title" >&2
    exit 1
  fi
  printf '=== %s: %d s\n' "$title" $((SECONDS - began))
}

native_tests() { # builds the command line too, which the browser tests compare the page with
  local log=target/native-tests.log status=0
  "$NATIVE_CARGO" test --locked --release -- --quiet 2>&1 | tee "$log" || status=$?
  awk '/^test result:/ { passed += $4; failed += $6 } END { print passed + 0, failed + 0 }' "$log" >>"$FABULA_TALLY"
  [ $status = 0 ] && [ -x target/release/fabula ]
}
node_tests() { # FILES...
  local reporter=(--test --test-reporter=./scripts/reporter.mjs) again
  if node "${reporter[@]}" --test-concurrency=2 "$@"; then return; fi
  # A test that passes at a second try depends on chance. That is a bug too, so the run has failed all the same.
  if [ -n "${FABULA_ALL:-}" ] && [ -s "$FABULA_FAILED" ]; then
    mapfile -t again < <(sort -u "$FABULA_FAILED")
    say "FAILED: ${again[*]}. Running these once more, alone, to see whether they are flaky."
    if FABULA_TALLY='' FABULA_SKIPPED='' FABULA_FAILED='' node "${reporter[@]}" --test-concurrency=1 "${again[@]}"; then
      say "FLAKY: ${again[*]}: failed, then passed."
    fi
  fi
  return 1
}
# The same bytes as the committed pkg/, which all other tests use. Built from a copy in another folder: no path may leak into them.
built_from_source() {
  local copy file difference status=0
  if [ -f pkg/TOOLCHAIN ] && ! difference=$(diff pkg/TOOLCHAIN <(scripts/build.sh --toolchain)); then
    say "$difference"
    say "pkg/ compared with a build from source: pkg/TOOLCHAIN names other versions than those installed here" >>"$FABULA_SKIPPED"
    return
  fi
  copy=$(mktemp -d)
  tar -c --exclude=./target --exclude=./node_modules --exclude=./.git --exclude=./models . | tar -x -C "$copy"
  mkdir "$copy/target"
  cp target/toolchain.env "$copy/target/"
  if [ -d "$TOOLS" ]; then ln -s "$TOOLS" "$copy/target/tools"; fi
  "$copy/scripts/build.sh" || status=1
  for file in pkg/*.{js,wasm,d.ts}; do
    cmp "$file" "$copy/target/$file" || { say "pkg/ differs from a build of the same sources: run make build"; status=1; break; }
  done
  rm -rf "$copy"
  return $status
}

step "setup" scripts/setup.sh $needs
# shellcheck disable=SC1091
. target/toolchain.env
export FABULA_PKG=pkg
# Looked for once, not by every test file.
CHROME=$(find_chromium)
FIREFOX=$(find_firefox || true)
export CHROME FIREFOX
step "pkg/" scripts/check-pkg.sh
step "checks" scripts/check.sh
step "native" native_tests
step "size" scripts/check-size.sh
if [ -n "${FABULA_ALL:-}" ]; then
  step "oracle" "$NATIVE_CARGO" run --locked --release --manifest-path tests/oracle/Cargo.toml -- --check
  step "build" built_from_source
fi
step "pages" node_tests tests/browser/*.test.mjs
step "engines" node_tests tests/engines/*.test.mjs
summary
