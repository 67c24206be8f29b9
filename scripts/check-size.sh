#!/usr/bin/env bash
# What a visitor downloads before the first token, the model apart: one module and its glue, gzipped. Fails above the budget.
. "$(dirname "$0")/env.sh"
BUDGET=1334000
folder=${1:-pkg}
for name in fabula fabula_relaxed; do
  size=0
  for file in "$folder/$name.js" "$folder/${name}_bg.wasm"; do size=$((size + $(gzip -9 -c "$file" | wc -c))); done
  say "$name: $size bytes gzipped, of $BUDGET allowed"
  [ "$size" -le "$BUDGET" ] || fail "$folder/$name is too large by $((size - BUDGET)) bytes gzipped. What grew? twiggy top -n 30 $folder/${name}_bg.wasm tells."
done
