# Sourced by the other scripts: the repository root as working directory, the chosen toolchain, a few words.
# shellcheck shell=bash
set -euo pipefail
export LC_ALL=C.UTF-8
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$ROOT"
# The tests look for the command line in target/, wherever else a reader's cargo may be told to build.
export CARGO_TARGET_DIR=$ROOT/target
TOOLS=$ROOT/target/tools
export PATH=$TOOLS/bin:$PATH

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# target/toolchain.env, written by setup.sh: FABULA_WASM_WAY, NATIVE_CARGO.
# shellcheck disable=SC1091
if [ -f target/toolchain.env ]; then . target/toolchain.env; fi

first_that_answers() {
  local name
  for name in "$@"; do
    # An Ubuntu `chromium-browser` or `firefox` may only be a note that says to install a snap: it must answer.
    if [ -n "$name" ] && have "$name" && "$name" --version >/dev/null 2>&1; then command -v "$name"; return; fi
  done
  return 1
}
find_chromium() { first_that_answers "${CHROME:-}" chromium chromium-browser google-chrome google-chrome-stable; }
find_firefox() { first_that_answers "${FIREFOX:-}" firefox-esr firefox; }
# WebKitGTK's own small browser lies beside its library, in a folder named after the library's version.
find_mini_browser() {
  local file
  for file in "${MINIBROWSER:-}" /usr/lib/*/webkit{2gtk-4,gtk-6}.*/MiniBrowser /usr/lib{,exec}/webkit{2gtk-4,gtk-6}.*/MiniBrowser; do
    if [ -x "$file" ]; then printf '%s\n' "$file"; return; fi
  done
  return 1
}
have_webkit() { have WebKitWebDriver && have Xvfb && find_mini_browser >/dev/null; }

# The smoke runs in tests/it/training.rs look for it there.
has_pytorch() { [ -x target/training/bin/python ] && target/training/bin/python -c 'import gguf, safetensors, tokenizers, torch' 2>/dev/null; }

wasm_bindgen_version() {
  awk '$1 == "name" && $3 == "\"wasm-bindgen\"" { getline; gsub(/"/, "", $3); print $3; exit }' Cargo.lock
}
