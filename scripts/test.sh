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
native_tests() { "$NATIVE_CARGO" test --locked --release; }
command_line() { "$NATIVE_CARGO" build --locked --release --bin fabula; }
# Two at a time at most: each file starts a browser of its own, and each page computes.
browser() { FABULA_PKG=$1 node --test --test-concurrency="$2" "${@:3}"; }

# The walk through the page again, every sampler beside the command line, a file out and in, and axe, in the browser that the
# other tests of the page leave out; its driver is slow.
in_firefox() {
  if ! find_firefox >/dev/null; then say "Firefox is not installed: the page was NOT tried there"; return; fi
  local names='by keyboard(:| alone)|replayed by its link|here again after a reload|without loss|golden stories|axe finds nothing: light, desk'
  FABULA_BROWSER=firefox FABULA_PKG=target/pkg node --test --test-concurrency=2 --test-name-pattern="$names" \
    tests/browser/{lens,branch,compare,history,agreement,accessibility}.test.mjs
}

step "setup" scripts/setup.sh
# shellcheck disable=SC1091
. target/toolchain.env
step "pkg/ belongs to the sources" scripts/check-pkg.sh
step "formats, lints, types" scripts/check.sh
step "native tests" native_tests
step "command line" command_line
step "wasm from source" scripts/build.sh
step "size of the download" scripts/check-size.sh
step "browser, fresh build" browser target/pkg 2 tests/browser/*.test.mjs
step "browser, Firefox" in_firefox
step "exact in every engine" browser target/pkg 1 tests/engines/*.test.mjs
step "browser, committed pkg/" browser pkg 1 tests/browser/agreement.test.mjs
step "exact, committed pkg/" env FABULA_ENGINES=chromium,node FABULA_PKG=pkg node --test tests/engines/exact.test.mjs
printf '\nAll passed, in %d s.\n' "$SECONDS"
