#!/usr/bin/env bash
# Speed and size of the build in target/pkg, or else of the committed pkg/, into benches/results/: first the page, then the
# engine beside candle, other runtimes and a memory bound. All options are optional.
#   scripts/bench.sh [OPTIONS]              make bench ARGS="OPTIONS"
#     --only page|engine  one of the two parts
#     --quick             one round of 64 tokens, to see that it works; written to target/bench/results/ instead
#     --candle            builds candle's rows anew; where they are missing they are built anyway (about 4 minutes a target)
#     --no-candle         neither builds nor measures them
#     --peers FOLDER      measures other runtimes too, with the harness in that folder: its run.mjs, with its node_modules
#                         and models prepared as its README says
. "$(dirname "$0")/env.sh"
cargo=${NATIVE_CARGO:-cargo}
only=
candle=missing
words=()
peers=()
while [ $# -gt 0 ]; do
  case $1 in
    --only)
      case ${2:-} in page | engine) only=$2 ;; *) fail "--only page, or --only engine" ;; esac
      shift ;;
    --quick) words+=(--quick) ;;
    --candle) candle=always ;;
    --no-candle) candle=never ;;
    --peers) [ -n "${2:-}" ] || fail "--peers needs a folder"; peers=(--peers "$2"); shift ;;
    *) fail "unknown option $1; scripts/bench.sh lists them" ;;
  esac
  shift
done
work=target/bench
# The file that wasm-bindgen writes last, and the program.
candle_files=("$work/candle-web/candle_row_bg.wasm" "$work/candle/release/native-speed")

# A crate and a target folder of its own: the fabula package does not know of it.
build_candle() {
  local target=wasm32-unknown-unknown way
  case ${FABULA_WASM_WAY:-} in
    rustup) way=("$cargo" build) ;;
    debian)
      way=(env RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-22 /usr/bin/cargo
        build -Z build-std=std,panic_abort) ;;
    *) fail "no toolchain chosen yet: run make setup" ;;
  esac
  say "building candle's rows"
  local common=(--locked --release --quiet --manifest-path benches/candle/Cargo.toml --target-dir "$work/candle")
  CARGO_ENCODED_RUSTFLAGS=$(printf -- '-Ctarget-feature=+simd128\x1f--cfg\x1fgetrandom_backend="wasm_js"') \
    "${way[@]}" "${common[@]}" --lib --target $target
  # candle chooses its instructions when it is compiled, so that its best is a build for this processor.
  CARGO_ENCODED_RUSTFLAGS=-Ctarget-cpu=native "$cargo" build "${common[@]}" --bin native-speed
  wasm-bindgen --target web --out-dir "$work/candle-web" "$work/candle/$target/release/candle_row.wasm"
}

"$cargo" build --locked --release --quiet --bin fabula
if [ "$only" != engine ]; then for part in page frames lens experiments; do node benches/$part.mjs "${words[@]}"; done; fi
if [ "$only" = page ]; then exit; fi
if [ $candle = always ] || { [ $candle = missing ] && ! ls "${candle_files[@]}" >/dev/null 2>&1; }; then build_candle; fi
if [ $candle = never ]; then words+=(--no-candle); fi
exec node benches/engine.mjs "${words[@]}" "${peers[@]}"
