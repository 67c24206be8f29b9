// An adapter's two files among those that the reader has chosen or dropped.
import { readText } from "../parts/read.js";

/** PEFT calls them so. */
export const WEIGHTS = "adapter_model.safetensors";
export const CONFIG = "adapter_config.json";

/** Larger ones are no adapter of a model that runs in a tab. */
const MOST_BYTES = { config: 1e6, weights: 200e6 };

/** @typedef {{ name: string, config: Uint8Array, weights: Uint8Array }} AdapterFiles */

/**
 * The adapter in some files, or why there is none.
 * @param {File[]} files
 * @returns {Promise<AdapterFiles | string>}
 */
export async function readAdapterFiles(files) {
  const weights = oneOf(files, ".safetensors", WEIGHTS);
  const config = oneOf(files, ".json", CONFIG);
  if (!weights && files.some(({ name }) => /\.(bin|pt|pth)$/i.test(name))) {
    return `Only adapters in safetensors files can be opened. Save it again with PEFT, which then writes ${WEIGHTS}.`;
  }
  if (weights === "many" || config === "many")
    return "There are several adapters among these files. Open the two files of one.";
  if (!weights && !config)
    return `An adapter is two files, as PEFT writes them: ${WEIGHTS} and ${CONFIG}. Open both together, not their folder.`;
  if (!weights) return `The weights are missing: open ${WEIGHTS} together with ${CONFIG}.`;
  if (!config)
    return `${CONFIG} is missing, which says how strong the adapter is: open it together with ${weights.name}.`;
  if (weights.size > MOST_BYTES.weights)
    return `${weights.name} is larger than ${MOST_BYTES.weights / 1e6} MB: that is no adapter of this model.`;
  if (config.size > MOST_BYTES.config)
    return `${config.name} is larger than ${MOST_BYTES.config / 1e6} MB: that is no ${CONFIG}.`;
  try {
    const [text, bytes] = await Promise.all([readText(config), weights.arrayBuffer()]);
    return { name: nameOf(weights), config: new TextEncoder().encode(text), weights: new Uint8Array(bytes) };
  } catch {
    return "The files could not be read. Choose them again.";
  }
}

/**
 * The file with this ending; of several the one that PEFT calls so.
 * @param {File[]} files
 * @param {string} ending
 * @param {string} usual
 * @returns {File | "many" | null}
 */
function oneOf(files, ending, usual) {
  const found = files.filter(({ name }) => name.toLowerCase().endsWith(ending));
  const called = found.filter(({ name }) => name === usual);
  const fitting = called.length > 0 ? called : found;
  return fitting.length > 1 ? "many" : (fitting[0] ?? null);
}

/**
 * What people call the adapter; PEFT calls every file the same.
 * @param {File} weights
 */
function nameOf({ name }) {
  return name === WEIGHTS ? "own" : name.replace(/(\.adapter)?\.safetensors$/i, "");
}
