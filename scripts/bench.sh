#!/usr/bin/env bash
# Speed and size of the build in target/pkg, or else of the committed pkg/, into benches/results/.
#   scripts/bench.sh [PART...] [--quick]        make bench ARGS="PART... --quick"
#     PART      page, frames, experiments, engine: all of them by default
#     --quick   one round of 64 tokens, to see that it works; written to target/bench/results/ instead
. "$(dirname "$0")/env.sh"
parts=()
quick=()
for word in "$@"; do
  case $word in
    --quick) quick=(--quick) ;;
    page | frames | experiments | engine) parts+=("$word") ;;
    *) fail "unknown option $word; scripts/bench.sh lists them" ;;
  esac
done
if [ ${#parts[@]} = 0 ]; then parts=(page frames experiments engine); fi
"${NATIVE_CARGO:-cargo}" build --locked --release --quiet --bin fabula
for part in "${parts[@]}"; do node "benches/$part.mjs" "${quick[@]}"; done
