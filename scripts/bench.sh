#!/usr/bin/env bash
# Speed and size of the committed pkg/, into benches/results/.
. "$(dirname "$0")/env.sh"
"${NATIVE_CARGO:-cargo}" build --locked --release --quiet --bin fabula
exec node benches/page.mjs "$@"
