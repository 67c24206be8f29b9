// What the engine holds: no more than half again the weights, and no more after twenty models than after one.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { PKG, ROOT } from "../browser/support.mjs";
import { inWholeSet } from "../browser/sets.mjs";

const pkg = path.resolve(ROOT, PKG);
const model = new Uint8Array(readFileSync(path.join(ROOT, "models/fable-9m/fable-9m-q8_0.gguf")));

test("memory stays within half again the weights, however many models come and go", { skip: inWholeSet }, async () => {
  const { default: init, Decoder } = await import(path.join(pkg, "fabula.js"));
  const { memory } = await init({ module_or_path: readFileSync(path.join(pkg, "fabula_bg.wasm")) });
  /** Bytes after loading, and after some of a story, whose memory of 64 tokens is counted too. */
  const loaded = [];
  const used = [];
  for (let round = 0; round < 20; round += 1) {
    const decoder = new Decoder(model);
    loaded.push(memory.buffer.byteLength);
    decoder.reset(1, 64);
    decoder.feed(Uint32Array.of(0, 5, 9));
    used.push(memory.buffer.byteLength);
    decoder.free();
  }
  assert.ok(loaded[0] <= 1.5 * model.length, `${loaded[0]} bytes for ${model.length} of weights`);
  assert.ok(used[19] <= 1.5 * model.length, `${used[19]} bytes with a story`);
  assert.equal(used[19], used[1], `it grows: ${used}`);
});

test("of many adapters only the last ones stay in memory", { skip: inWholeSet }, async () => {
  const { default: init, Decoder } = await import(path.join(pkg, "fabula.js"));
  const { memory } = await init({ module_or_path: readFileSync(path.join(pkg, "fabula_bg.wasm")) });
  const read = (/** @type {string} */ name) => readFileSync(path.join(ROOT, "models/poet", name));
  const config = JSON.parse(read("adapter_config.json").toString());
  const weights = new Uint8Array(read("adapter_model.safetensors"));
  const decoder = new Decoder(model);
  /** @type {number[]} */
  const used = [];
  /** @type {string[]} */
  const ids = [];
  for (let alpha = 1; alpha <= 20; alpha += 1) {
    const own = new TextEncoder().encode(JSON.stringify({ ...config, lora_alpha: alpha }));
    ids.push(decoder.load_adapter("poet", own, weights));
    used.push(memory.buffer.byteLength);
  }
  assert.equal(new Set(ids).size, 20, "each scale is an adapter of its own");
  assert.equal(used[19], used[9], `it grows: ${used}`);
  decoder.adapt(ids[19], 1);
  decoder.adapt(ids[18], 1);
  assert.throws(() => decoder.adapt(ids[17], 1), /adapter/);
  decoder.free();
});

test("a damaged model leaves the memory usable", { skip: inWholeSet }, async () => {
  const { default: init, Decoder } = await import(path.join(pkg, "fabula.js"));
  const { memory } = await init({ module_or_path: readFileSync(path.join(pkg, "fabula_bg.wasm")) });
  const before = memory.buffer.byteLength;
  for (const cut of [0, 3, 100, 5000, model.length >> 1, model.length - 1]) {
    assert.throws(() => new Decoder(model.subarray(0, cut)), /model file/, `cut at ${cut}`);
  }
  assert.ok(memory.buffer.byteLength - before < 4e6, "a claim must not fill the memory");
  assert.equal(new Decoder(model).kernel(), "SIMD128");
});
