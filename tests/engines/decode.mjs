// Writes the golden stories with one module and one kernel, and tells their digests. The same file runs in Node, where
// it is imported, and in a browser's worker, where it answers one message.
import { hasRelaxedSimd, hasSimd } from "../../www/parts/features.js";

export const PLAIN = "fabula";
export const RELAXED = "fabula_relaxed";

/**
 * @typedef {object} Variant
 * @property {string} module `PLAIN` or `RELAXED`
 * @property {string} [kernel] the kernel's name; the best of the module if there is none
 *
 * @typedef {object} Work
 * @property {Variant} variant
 * @property {string} build address of the folder with the modules and their glue, "/" at its end
 * @property {string} model address of the model file
 * @property {string} tokenizer address of the tokenizer file
 * @property {string} reference address of the reference file
 * @property {{ name: string, config: string, weights: string }[]} adapters with the addresses of their files
 * @property {object[]} settings of the stories
 *
 * @typedef {object} Digests
 * @property {string} digest of the token ids
 * @property {string} logits of the bits of all logits
 * @property {string} measurements
 *
 * @typedef {{ refused: true } | { refused: false, kernel: string, stories: Digests[] }} Decoded
 *   `refused`: this engine does not know all instructions of the module.
 */

/** @param {string} address */
async function bytesOf(address) {
  // Node's fetch does not read files.
  if (address.startsWith("file:"))
    return new Uint8Array(await (await import("node:fs/promises")).readFile(new URL(address)));
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status} for ${address}`);
  return new Uint8Array(await response.arrayBuffer());
}

/**
 * @param {Work} work
 * @returns {Promise<Decoded>}
 */
export async function decode({ variant, build, model, tokenizer, reference, adapters, settings }) {
  const bytes = await bytesOf(`${build}${variant.module}_bg.wasm`);
  const expected = variant.module === RELAXED ? hasRelaxedSimd() : hasSimd();
  // The page chooses a module by the small probe, before it has the module.
  if (WebAssembly.validate(bytes) !== expected) {
    throw new Error(
      `the page's probe says ${expected} and the module ${variant.module} says ${!expected}: they must agree`,
    );
  }
  if (!expected) return { refused: true };
  const { default: init, Decoder } = await import(`${build}${variant.module}.js`);
  await init({ module_or_path: bytes });
  const decoder = new Decoder(await bytesOf(model), variant.kernel);
  for (const { name, config, weights } of adapters)
    decoder.load_adapter(name, await bytesOf(config), await bytesOf(weights));
  const [words, people] = [await bytesOf(tokenizer), await bytesOf(reference)];
  const stories = settings.map((one) => {
    const request = { type: "generate", id: 0, settings: one, earlier: [] };
    const [digest, logits, measurements] = decoder.golden(request, words, people);
    return { digest, logits, measurements };
  });
  const kernel = decoder.kernel();
  decoder.free();
  return { refused: false, kernel, stories };
}

if ("WorkerGlobalScope" in globalThis) {
  addEventListener("message", async ({ data }) => {
    try {
      postMessage(await decode(data));
    } catch (error) {
      postMessage({ error: String(error) });
    }
  });
}
