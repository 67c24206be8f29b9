#!/usr/bin/env bash
# The WebAssembly and its glue, from source, into target/pkg.
#   scripts/build.sh [--install] [FOLDER]   --install also copies it to pkg/, with the hashes of its sources and its toolchain
#   scripts/build.sh --toolchain            prints the versions that the bytes depend on
. "$(dirname "$0")/env.sh"
install=
versions=
out=target/pkg
for word in "$@"; do
  case $word in
    --install) install=yes ;;
    --toolchain) versions=yes ;;
    -*) fail "unknown option $word" ;;
    *) out=$word ;;
  esac
done

profile=release
if grep -q '^\[profile\.wasm-release\]' Cargo.toml; then profile=wasm-release; fi
target=wasm32-unknown-unknown
sources=$(scripts/check-pkg.sh --sources)

case ${FABULA_WASM_WAY:-} in
  rustup)
    cargo=("${NATIVE_CARGO:-cargo}")
    rustc=rustc
    extra=() ;;
  debian)
    cargo=(env RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-22 /usr/bin/cargo)
    rustc=/usr/bin/rustc
    extra=(-Z build-std=std,panic_abort) ;;
  *) fail "no toolchain chosen yet: run make setup" ;;
esac

toolchain() {
  $rustc --version --verbose | grep -E '^(rustc|LLVM)'
  wasm-bindgen --version
  printf 'standard library: %s\n' "$FABULA_WASM_WAY"
}
if [ -n "$versions" ]; then toolchain; exit; fi

# Paths of this machine go under neutral names: they say nothing about the program, and would differ on the next.
cargo_home=${CARGO_HOME:-$HOME/.cargo}
sysroot=$($rustc --print sysroot)
flags=(-Ctarget-feature=+simd128 --cfg 'getrandom_backend="wasm_js"')
"${cargo[@]}" fetch --locked --quiet --target $target
flags+=("--remap-path-prefix=$cargo_home=/cargo" "--remap-path-prefix=$ROOT=/fabula")
# The standard library's sources, under their own path and under what a link there leads to.
flags+=("--remap-path-prefix=$sysroot=/rust" "--remap-path-prefix=$sysroot/lib/rustlib/src/rust=/rust")
if std=$(readlink -f "$sysroot/lib/rustlib/src/rust"); then flags+=("--remap-path-prefix=$std=/rust"); fi
# One folder a registry, named after its host. The last prefix that fits wins.
for registry in "$cargo_home"/registry/src/*/; do
  flags+=("--remap-path-prefix=${registry%/}=/crates")
done

# One source, two modules: browsers that lack relaxed SIMD refuse a module that holds one of its instructions.
compile() { # NAME [cargo's flags]
  local name=$1
  shift
  CARGO_ENCODED_RUSTFLAGS=$(IFS=$'\x1f'; printf '%s' "${flags[*]}") \
    "${cargo[@]}" build --locked --profile $profile --lib --target $target "${extra[@]}" "$@"
  wasm-bindgen --target web --out-name "$name" --out-dir "$out" --remove-producers-section --remove-name-section \
    "target/$target/$profile/fabula.wasm"
}
rm -rf "$out" && mkdir -p "$out"
compile fabula
compile fabula_relaxed --features relaxed-simd
rm -f "$out/package.json" "$out/.gitignore"
# No wasm-opt: its npm build takes 20 s for -O1 and more than 6 minutes for -O3 on this module, and -O1 saves nothing.

for path in "$ROOT" "$cargo_home" "$HOME" "$sysroot" /home/ /root/ /usr/src/ .cargo/ registry/src; do
  [ ${#path} -lt 5 ] && continue
  if LC_ALL=C grep -aoF -m 1 -- "$path" "$out"/fabula* >&2; then fail "the build names a path of this machine: $path"; fi
done

for module in "$out"/*.wasm; do
  say "$(wc -c <"$module") bytes, $(gzip -9 -c "$module" | wc -c) gzipped: $module"
done
if [ -n "$install" ]; then
  rm -rf pkg && mkdir pkg
  cp "$out"/*.js "$out"/*.wasm "$out"/*.d.ts pkg/
  { printf '%s\n' "$sources"; sha256sum pkg/*.js pkg/*.wasm; } >pkg/SOURCES.sha256
  toolchain >pkg/TOOLCHAIN
  node scripts/offline.mjs
  say "and in pkg/"
fi
