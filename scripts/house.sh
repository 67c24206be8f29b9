#!/usr/bin/env bash
# Puts a trained model in the place of the house model, and makes anew what hangs on its weights.
#   scripts/house.sh FOLDER           FOLDER: config.json, model.safetensors and tokenizer.json, as training/house/train.py writes them
#   scripts/house.sh FOLDER STEP...   these steps only
# Steps, in order; each uses what those before it wrote:
#   model        models/fable-9m/: the GGUF file and the tokenizer; bits per byte are printed for the card
#   reference    people's passages, measured by it
#   stories      models/fable-9m/stories.md, to be read
#   poet         the Poet, fine-tuned on it: the longest step. Broken off, it goes on
#   manifest     sizes and SHA-256 in models/index.json
#   golden       tests/golden.json
#   oracle       tests/oracle/logits.safetensors
#   examples     www/example.json
#   links        the model's digits and the story's digest in docs/links.md and docs/methods.md; the pages of all documents
#   experiments  docs/experiments/: half an hour. Broken off, they go on
#   plots        the drawings of docs/experiments/
#   screenshot   docs/screenshot.png
#   version      sw.js: that the page is a new one
. "$(dirname "$0")/env.sh"

STEPS=(model reference stories poet manifest golden oracle examples links experiments plots screenshot version)
MODEL=models/fable-9m/fable-9m-q8_0.gguf
PYTHON=target/training/bin/python
FABULA=target/release/fabula
CARGO=${NATIVE_CARGO:-cargo}
TEXTS=target/training/library.jsonl
POEMS=target/training/poems.jsonl

usage() { sed -n '2,/^\. /s/^# \{0,1\}//p' "$ROOT/scripts/house.sh"; }
case ${1:-} in '' | -h | --help) usage; exit ;; esac
folder=$1
shift
for file in config.json model.safetensors tokenizer.json; do
  [ -f "$folder/$file" ] || fail "$folder/$file is missing: FOLDER is what training/house/train.py exports"
done
if [ $# -gt 0 ]; then steps=("$@"); else steps=("${STEPS[@]}"); fi
for step in "${steps[@]}"; do
  [[ " ${STEPS[*]} " == *" $step "* ]] || fail "there is no step $step: ${STEPS[*]}"
done
needs_pytorch=" model poet "
for step in "${steps[@]}"; do
  if [[ $needs_pytorch == *" $step "* ]] && ! has_pytorch; then
    fail "the step $step needs PyTorch: training/README.md says how to install it"
  fi
done

unpack() { mkdir -p target/training && xz -dc "$1" >"$2.new" && mv "$2.new" "$2"; }
hash8() { sha256sum "$1" | cut -c1-8; }

model() {
  # Another tokenizer or shape is another model: the tests and the Poet count on these.
  cmp -s "$folder/tokenizer.json" models/fable-9m/tokenizer.json || say "!!! another tokenizer than before"
  "$FABULA" quantize "$folder" "$MODEL" --name fable-9m
  cp "$folder/tokenizer.json" models/fable-9m/tokenizer.json
  local size
  size=$(wc -c <"$MODEL")
  [ "$size" -le 10000000 ] || fail "$MODEL has $size bytes, more than 10 MB"
  "$PYTHON" training/house/evaluate.py "$folder"
}
reference() {
  unpack training/house/library.jsonl.xz "$TEXTS"
  "$FABULA" reference --model "$MODEL" --texts "$TEXTS" --output models/fable-9m/reference.json
}
stories() {
  local at=models/fable-9m/stories.md
  mkdir -p target/training
  { printf '# Thirty stories by fable-9m@%s\n\n' "$(hash8 "$MODEL")"; python3 training/house/samples.py "$MODEL" "$FABULA"; } >target/training/stories.md
  cp target/training/stories.md "$at"
  tail -1 "$at"
}
poet() {
  # One folder a model: a run on other weights must not go on here.
  local work
  work=target/training/poet-$(hash8 "$MODEL")
  "$PYTHON" training/poet/train.py --work "$work"
  cp "$work"/adapter/adapter_{model.safetensors,config.json} models/poet/
  cp "$work/log.jsonl" training/poet/log.jsonl
  "$PYTHON" training/poet/card.py training/poet/log.jsonl
  unpack training/poet/poems.jsonl.xz "$POEMS"
  "$FABULA" reference --model "$MODEL" --texts "$POEMS" --held-out 17 --library models/poet/library.fabulib --output models/poet/reference.json
}
manifest() { node scripts/manifest.mjs; }
golden() { FABULA_WRITE_GOLDEN=1 "$CARGO" test --locked --release --test it golden; }
oracle() { "$CARGO" run --locked --release --manifest-path tests/oracle/Cargo.toml; }
examples() { node scripts/examples.mjs; }
links() {
  local digest
  digest=$("$FABULA" generate --json --model "$MODEL" --prompt "Once upon a time" --temperature 0.8 --top-p 0.95 --seed 42 --tokens 160 |
    node -p 'JSON.parse(require("node:fs").readFileSync(0, "utf8")).digest')
  sed -i -E "s/fable-9m@[0-9a-f]{8}/fable-9m@$(hash8 "$MODEL")/; /^ +#v=1/s/&x=[0-9a-f]{8}/\&x=$digest/" docs/links.md
  sed -i -E "s/fable-9m@[0-9a-f]{8}/fable-9m@$(hash8 "$MODEL")/" docs/methods.md
  node scripts/pages.mjs
}
experiments() {
  local at=docs/experiments work
  work=target/experiments-$(hash8 "$MODEL")-$(hash8 models/poet/adapter_model.safetensors)
  mkdir -p "$work"
  "$FABULA" sweep --model "$MODEL" --prompts $at/prompts-sampling.txt --grid temperature=0.2:2.0:7,top_p=0.5,0.7,0.9,0.95,1.0 --seeds 8 --tokens 96 --out "$work/sampling.csv"
  "$FABULA" sweep --model "$MODEL" --adapter models/poet --grid strength=0:1.5:7 --prompts $at/prompts.txt --seeds 4 --tokens 96 --out "$work/poet.csv"
  "$FABULA" judge best-of --model "$MODEL" --prompts $at/prompts.txt --temperature 1 --seeds 4 --drafts 8 --tokens 128 --out "$work/best-of.jsonl"
  "$FABULA" judge revise --model "$MODEL" --prompts $at/prompts.txt --temperature 1 --seeds 2 --redrafts 6 --rounds 4 --tokens 96 --out "$work/revise.jsonl"
  cp "$work"/{sampling,poet}.csv{,.protocol.json} "$work"/{best-of,revise}.jsonl{,.protocol.json} $at/
  "$FABULA" findings $at/sampling.csv --metric coherence,novelty,surprise,creative_region
  "$FABULA" findings $at/poet.csv --metric base_coherence,base_slor_per_word_bits,base_entropy_per_word_bits,new_ngrams_3
  "$FABULA" findings $at/poet.csv --metric adapter_new_ngrams_3,mean_words_per_line,rhyming_line_ends,sentence_overlap
  for way in best-of revise; do "$FABULA" findings $at/$way.jsonl; done
}
plots() { node scripts/plots.mjs; }
screenshot() {
  # The page computes with the built module, as it is in the repository.
  FABULA_SCREENSHOTS=1 FABULA_PKG=pkg node --test tests/browser/screenshot.test.mjs
}

version() { node scripts/offline.mjs; }

"$CARGO" build --locked --release --bin fabula
for step in "${steps[@]}"; do
  printf '\n=== %s\n' "$step"
  "$step"
done
cat <<'END'

What remains for a person:
- models/fable-9m/README.md: size, shape, run, bits per byte, and what it writes.
  training/house/card.py LOG prints the numbers; read the stories.
- training/house/: the log of the run, and its curve (training/house/plot.py), with a line in training/RESULTS.md.
- models/poet/README.md: the numbers printed above, new stories.
- docs/methods.md: node scripts/methods-numbers.mjs RATED writes its numbers, from rated texts that are not in this repository; by hand what
  temperature does and whatever else stands in sentences; then node scripts/wrap.mjs, scripts/pages.mjs and scripts/offline.mjs.
- docs/experiments.md: what the findings now are, and the model's digits.
- docs/engine.md and README.md: what 8 bits cost (fabula perplexity, --precision f32).
- make test, which also finds what this list forgot.
END
