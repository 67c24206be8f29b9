#!/usr/bin/env bash
# The quick part of the tests: formats, lints, types.
. "$(dirname "$0")/env.sh"
cargo=${NATIVE_CARGO:-cargo}
if "$cargo" fmt --version >/dev/null 2>&1; then "$cargo" fmt --check; else say "!!! SKIPPED: no rustfmt for $cargo"; fi
if "$cargo" clippy --version >/dev/null 2>&1; then "$cargo" clippy --locked --quiet --all-targets -- -D warnings
else say "!!! SKIPPED: no clippy for $cargo"; fi
npm run --silent check
node scripts/manifest.mjs --check
node scripts/wrap.mjs --check
node scripts/pages.mjs --check
node --test --test-reporter=dot scripts/numbers/*.test.mjs scripts/pages/*.test.mjs
node scripts/plots.mjs --check
node scripts/offline.mjs --check
