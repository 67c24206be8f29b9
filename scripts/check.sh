#!/usr/bin/env bash
# The quick part of the tests: formats, lints, types.
. "$(dirname "$0")/env.sh"
cargo=${NATIVE_CARGO:-cargo}
if "$cargo" fmt --version >/dev/null 2>&1; then "$cargo" fmt --check; else say "!!! SKIPPED: no rustfmt for $cargo"; fi
# With the profile of the tests, so that build scripts and macros of the dependencies are built once for both.
lint() { "$cargo" clippy --locked --quiet --release "$@" -- -D warnings; }
if "$cargo" clippy --version >/dev/null 2>&1; then
  lint --all-targets
  if [ "${FABULA_WASM_WAY:-}" = rustup ]; then
    export CARGO_ENCODED_RUSTFLAGS=$'-Ctarget-feature=+simd128\x1f--cfg\x1fgetrandom_backend="wasm_js"'
    lint --lib --target wasm32-unknown-unknown
    lint --lib --target wasm32-unknown-unknown --features relaxed-simd
  fi
else say "!!! SKIPPED: no clippy for $cargo"; fi
npm run --silent check
node scripts/manifest.mjs --check
node scripts/wrap.mjs --check
node scripts/pages.mjs --check
node --test --test-reporter=dot scripts/numbers/*.test.mjs scripts/pages/*.test.mjs scripts/plots/*.test.mjs
node scripts/plots.mjs --check
node scripts/preload.mjs --check
node scripts/offline.mjs --check
