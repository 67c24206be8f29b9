// Fabula's engine as the harness for other runtimes asks for one. lib/peers.mjs copies this file beside the built module,
// because that harness serves the folder it lies in.
const FILES = { relaxed: "fabula_relaxed", plain: "fabula" };
/** The context of that harness's models. */
const POSITIONS = 256;

/**
 * @param {Uint8Array} model a GGUF file
 * @param {string} variant "relaxed" or "plain"
 */
export async function load(model, variant) {
  const { default: start, Decoder } = await import(new URL(`${FILES[variant]}.js`, import.meta.url).href);
  await start({ module_or_path: new URL(`${FILES[variant]}_bg.wasm`, import.meta.url) });
  const decoder = new Decoder(model);
  return {
    reset: () => decoder.reset(1, POSITIONS),
    prompt: (tokens) => decoder.feed(Uint32Array.from(tokens)),
    step: (token) => decoder.feed(Uint32Array.of(token)),
  };
}
