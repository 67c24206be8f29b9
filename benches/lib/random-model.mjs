// A model of the "stories15M" shape (llama2.c) with seeded random weights: what it says means nothing, how long it takes is
// the same as with trained ones. Fabula's house model is smaller; this one is what others have been measured on.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { F32, Q8_0, Q8_0_BLOCK, writeGguf } from "./gguf.mjs";

const SHAPE = { width: 288, hidden: 768, layers: 6, heads: 6, vocabulary: 32000, context: 256 };
/** Spread of the weights, chosen only so that nothing grows or vanishes from layer to layer. */
const SPREAD = { embedding: 0.05, inner: 0.06, down: 0.04 };
/** Standard deviation of whole numbers drawn evenly from -127 to 127. */
const EVEN_SPREAD = Math.sqrt((255 ** 2 - 1) / 12);

/** Marsaglia's xorshift: the same bytes on every machine. */
function* words(state) {
  for (;;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state >>> 0;
  }
}

/** A small positive number as an IEEE half, cut to its precision. */
function half(number) {
  const exponent = Math.floor(Math.log2(number));
  return ((exponent + 15) << 10) | Math.floor((number / 2 ** exponent - 1) * 1024);
}

export function randomModel(seed = 1) {
  const random = words(seed);
  const tensors = [];
  const norm = (name) => {
    const data = Buffer.from(new Float32Array(SHAPE.width).fill(1).buffer);
    tensors.push({ name, sizes: [SHAPE.width], encoding: F32, data });
  };
  const matrix = (name, columns, rows, spread) => {
    const data = Buffer.alloc(((columns * rows) / Q8_0_BLOCK.values) * Q8_0_BLOCK.bytes);
    const scale = half(spread / EVEN_SPREAD);
    for (let at = 0; at < data.length;) {
      at = data.writeUInt16LE(scale, at);
      for (const end = at + Q8_0_BLOCK.values; at < end; at += 1) data.writeInt8((random.next().value % 255) - 127, at);
    }
    tensors.push({ name, sizes: [columns, rows], encoding: Q8_0, data });
  };
  const { width, hidden, layers, heads, vocabulary, context } = SHAPE;
  matrix("token_embd.weight", width, vocabulary, SPREAD.embedding);
  for (let layer = 0; layer < layers; layer += 1) {
    const part = (name) => `blk.${layer}.${name}.weight`;
    norm(part("attn_norm"));
    for (const name of ["attn_q", "attn_k", "attn_v", "attn_output"]) matrix(part(name), width, width, SPREAD.inner);
    norm(part("ffn_norm"));
    for (const name of ["ffn_gate", "ffn_up"]) matrix(part(name), width, hidden, SPREAD.inner);
    matrix(part("ffn_down"), hidden, width, SPREAD.down);
  }
  norm("output_norm.weight");
  return writeGguf(
    {
      "general.architecture": "llama",
      "general.name": "stories15M shape, random weights",
      "llama.attention.head_count": heads,
      "llama.attention.head_count_kv": heads,
      "llama.attention.layer_norm_rms_epsilon": 1e-5,
      "llama.block_count": layers,
      "llama.context_length": context,
      "llama.embedding_length": width,
      "llama.feed_forward_length": hidden,
      "llama.rope.dimension_count": width / heads,
      "llama.vocab_size": vocabulary,
    },
    tensors,
  );
}

/** Writes the model where it is missing. */
export function writeRandomModel(file) {
  if (existsSync(file)) return;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, randomModel());
}
