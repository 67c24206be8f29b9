#!/usr/bin/env bash
# Installs what building and testing need. Quick when all of it is there; says what it does.
#   scripts/setup.sh         to build pkg/ and run make test
#   scripts/setup.sh --test  only what make test needs: it tests the committed pkg/ and builds no WebAssembly
#   scripts/setup.sh --all   what make test-all needs: Firefox, WebKitGTK and PyTorch (three gigabytes) as well
. "$(dirname "$0")/env.sh"
case ${1:-} in
  '' | --test | --all) want=${1:-} ;;
  *) fail "unknown option $1" ;;
esac
mkdir -p target

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif have sudo; then sudo "$@"
  else return 1
  fi
}
apt_updated=
apt_install() {
  have apt-get || fail "Please install: $* (this script knows only apt-get)."
  say "  apt-get install $*"
  if [ -z "$apt_updated" ]; then
    # An archive that cannot be refreshed may still hold what is asked for.
    as_root apt-get update -qq || say "  apt-get update failed; going on with the lists that are here"
    apt_updated=yes
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >target/apt.log 2>&1 ||
    { tail -n 20 target/apt.log >&2; fail "Could not install: $*. As root: apt-get install $*"; }
}
# A file of the package stands for the package, so that nothing is asked of apt when all is there.
needs_file() { [ -e "$1" ] || apt_install "$2"; }

have cc || apt_install gcc libc6-dev
have node && have npm || apt_install nodejs npm
node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' ||
  fail "Node $(node --version) is too old for the tests: install Node 20.19 or newer."
chromium=$(find_chromium) || { apt_install chromium; chromium=$(find_chromium) || fail "Chromium does not start."; }
# Two more engines, for the tests that compare engines; those are skipped where one is missing.
optional() { (apt_install "${@:2}") 2>/dev/null || say "  WITHOUT $1: apt-get install ${*:2} does not work here"; }
if [ "$want" = --all ]; then
  find_firefox >/dev/null || optional Firefox firefox-esr
  # Its MiniBrowser lies in the library's package, on which the driver's depends.
  have_webkit || optional WebKitGTK webkit2gtk-driver xvfb
fi
if ! have fc-list || [ -z "$(fc-list 2>/dev/null | head -n 1)" ]; then apt_install fontconfig fonts-dejavu-core; fi

# --- Rust, native: the cargo on the path, if it is new enough for Cargo.toml's rust-version.
new_enough() { [ "$(printf '%s\n' 1.91 "$("$1" --version 2>/dev/null | awk '{ print $2 }')" | sort -V | head -n 1)" = 1.91 ]; }
if have cargo && new_enough cargo; then
  native=$(command -v cargo)
else
  [ -x /usr/bin/cargo ] || apt_install rustc-web cargo-web
  native=/usr/bin/cargo
fi
if ! "$native" fmt --version >/dev/null 2>&1 || ! "$native" clippy --version >/dev/null 2>&1; then
  if [ "$native" = /usr/bin/cargo ]; then (apt_install rustfmt-web rust-web-clippy) || say "  WITHOUT rustfmt and clippy"
  else timeout 300 rustup component add rustfmt clippy || say "  WITHOUT rustfmt and clippy"
  fi
fi

# --- Rust, wasm32: the standard library from rustup, or built from Debian's sources. clippy reads src/web with it.
wasm_std_is_here() {
  local folder
  folder=$(rustc --print target-libdir --target wasm32-unknown-unknown 2>/dev/null) && ls "$folder"/libstd-*.rlib >/dev/null 2>&1
}
way=debian
if [ "${FABULA_TOOLCHAIN:-}" != debian ]; then
  if have rustc && wasm_std_is_here; then way=rustup
  elif have rustup && timeout 300 rustup target add wasm32-unknown-unknown && wasm_std_is_here; then way=rustup
  fi
fi
if [ "$way" = debian ]; then
  needs_file /usr/bin/rustc rustc-web
  needs_file /usr/bin/cargo cargo-web
  # -Z build-std looks for the lock file of the standard library; rust-web-src brings it.
  [ -e "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock" ] || apt_install rust-web-src
  have wasm-ld-22 || apt_install lld-22
fi
{
  echo "FABULA_WASM_WAY=$way"
  printf 'NATIVE_CARGO=%q\n' "$native"
} >target/toolchain.env

# --- wasm-bindgen: the program and the crate must be of one version.
if [ "$want" != --test ]; then
  version=$(wasm_bindgen_version)
  if [ "$(wasm-bindgen --version 2>/dev/null)" != "wasm-bindgen $version" ]; then
    say "  cargo install wasm-bindgen-cli $version (about two minutes)"
    install_bindgen() {
      env -u CARGO_TARGET_DIR "$native" install -q wasm-bindgen-cli --version "$version" --bin wasm-bindgen --root "$TOOLS" "$@"
    }
    # A mirror may lag behind the program's own lock file: then let cargo choose its dependencies.
    install_bindgen --locked 2>target/bindgen.log || install_bindgen
  fi
fi

# --- npm: no install scripts, they would download a browser.
if [ -f package-lock.json ] && ! cmp -s package-lock.json node_modules/.fabula-lock; then
  say "  npm ci"
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
  cp package-lock.json node_modules/.fabula-lock
fi

# --- PyTorch, for the smoke runs of training/.
if [ "$want" = --all ] && ! has_pytorch; then
  say "  pip install -r training/requirements.txt (some minutes)"
  { python3 -m venv target/training && timeout 900 target/training/bin/pip install -q --no-cache-dir -r training/requirements.txt; } >target/pip.log 2>&1 ||
    { tail -n 5 target/pip.log >&2; say "  WITHOUT PyTorch: the recipes in training/ are not tried"; }
fi

say "native:   $("$native" --version) ($native)"
if [ "$way" = rustup ]; then say "wasm32:   standard library of the installed toolchain (rustup)"
else say "wasm32:   standard library built from source with $(/usr/bin/rustc --version | cut -d' ' -f1,2) (Debian)"
fi
say "browser:  $("$chromium" --version 2>/dev/null)"
if firefox=$(find_firefox); then say "          $("$firefox" --version 2>/dev/null)"; fi
if have_webkit; then say "          WebKitGTK, $(find_mini_browser)"; fi
if has_pytorch; then say "training: $(target/training/bin/python -c 'import torch; print("PyTorch", torch.__version__)')"; fi
say "node:     $(node --version)"
