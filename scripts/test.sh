#!/usr/bin/env bash
# Everything, in the order of what fails soonest. Stops at the first failure.
. "$(dirname "$0")/env.sh"

step() {
  local title=$1 began=$SECONDS
  shift
  printf '\n=== %s\n' "$title"
  if ! "$@"; then printf '=== FAILED: %s, after %d s\n' "$title" $((SECONDS - began)) >&2; exit 1; fi
  printf '=== %s: %d s\n' "$title" $((SECONDS - began))
}
# They build the command line, too, which the browser tests are held against.
native_tests() { "$NATIVE_CARGO" test --locked --release && [ -x target/release/fabula ]; }
# Two at a time at most: each file starts a browser of its own, and each page computes. On a machine that is busy with other work one of
# two hundred tests may wait in vain: where no more than three files have failed, they have a second try, alone, and the log says so.
browser() { # PKG CONCURRENCY [node's words] FILES
  local log=target/browser-tests.log again
  if FABULA_PKG=$1 node --test --test-reporter=tap --test-concurrency="$2" "${@:3}" | tee "$log"; then return; fi
  mapfile -t again < <(grep -A 6 '^not ok' "$log" | sed -n "s/^ *location: '\(.*\.test\.mjs\):[0-9:]*'$/\1/p" | sort -u)
  if [ ${#again[@]} -eq 0 ] || [ ${#again[@]} -gt 3 ]; then return 1; fi
  say "FAILED, and tried once more alone: ${again[*]}"
  local words=()
  for word in "${@:3}"; do case $word in --*) words+=("$word") ;; esac; done
  FABULA_PKG=$1 node --test --test-reporter=tap --test-concurrency=1 "${words[@]}" "${again[@]}"
}

# The walk through the page again, every sampler beside the command line, a file out and in, and axe, in the browser that the
# other tests of the page leave out; its driver is slow.
in_firefox() {
  if ! find_firefox >/dev/null; then say "Firefox is not installed: the page was NOT tried there"; return; fi
  local names='by keyboard(:| alone)|replayed by its link|here again after a reload|without loss|golden stories|axe finds nothing: light, desk'
  FABULA_BROWSER=firefox browser target/pkg 2 --test-name-pattern="$names" \
    tests/browser/{lens,branch,compare,history,agreement,accessibility}.test.mjs
}

step "setup" scripts/setup.sh
# shellcheck disable=SC1091
. target/toolchain.env
step "pkg/ belongs to the sources" scripts/check-pkg.sh
step "formats, lints, types" scripts/check.sh
step "native tests" native_tests
step "wasm from source" scripts/build.sh
step "size of the download" scripts/check-size.sh
step "browser, fresh build" browser target/pkg 2 tests/browser/*.test.mjs
step "browser, Firefox" in_firefox
step "exact in every engine" browser target/pkg 1 tests/engines/*.test.mjs
step "browser, committed pkg/" browser pkg 1 tests/browser/agreement.test.mjs
step "exact, committed pkg/" env FABULA_ENGINES=chromium,node FABULA_PKG=pkg node --test tests/engines/exact.test.mjs
printf '\nAll passed, in %d s.\n' "$SECONDS"
