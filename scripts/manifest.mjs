// Brings models/index.json up to date with the files it names: their sizes and checksums.
//   node scripts/manifest.mjs          after a new model, adapter, reference or library
//   node scripts/manifest.mjs --check  exits with 1 if something is out of date
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

const MANIFEST = "models/index.json";
const before = readFileSync(MANIFEST, "utf8");
const manifest = JSON.parse(before);

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
function describe(file) {
  const bytes = readFileSync(`models/${file}`);
  return { bytes: bytes.length, sha256: sha256(bytes) };
}
/** What an adapter is multiplied by, in 32 bits as the engine computes it. */
function scaleOf({ lora_alpha, r, use_rslora }) {
  return Math.fround(Math.fround(lora_alpha) / Math.fround(use_rslora ? Math.sqrt(r) : r));
}
/** The shortest decimals that are this number of 32 bits, as Rust writes it. */
function decimals(scale) {
  for (let digits = 1; ; digits += 1) {
    const text = scale.toPrecision(digits);
    if (Math.fround(Number(text)) === scale) return String(Number(text));
  }
}
for (const model of manifest.models) {
  Object.assign(model, describe(model.file));
  const tokenizer = describe(model.tokenizer);
  Object.assign(model, { tokenizer_bytes: tokenizer.bytes, tokenizer_sha256: tokenizer.sha256 });
  const parts = [model.reference, model.library];
  for (const adapter of model.adapters ?? []) {
    parts.push(adapter, adapter.config, adapter.library, adapter.reference);
    const scale = scaleOf(JSON.parse(readFileSync(`models/${adapter.config.file}`, "utf8")));
    // 2 goes without saying, and is part of no id: see src/model/adapter.rs.
    if (scale === 2) delete adapter.scale;
    else adapter.scale = scale;
  }
  for (const part of parts) if (part) Object.assign(part, describe(part.file));
  for (const adapter of model.adapters ?? []) {
    if (adapter.scale === undefined) delete adapter.hash8;
    else adapter.hash8 = sha256(`${adapter.sha256}*${decimals(adapter.scale)}`).slice(0, 8);
  }
}
const after = `${JSON.stringify(manifest, null, 2)}\n`;
if (!process.argv.includes("--check")) writeFileSync(MANIFEST, after);
else if (after !== before) {
  console.error(`${MANIFEST} does not describe the files beside it: run node scripts/manifest.mjs`);
  process.exit(1);
}
