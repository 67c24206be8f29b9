// Fabula's engine as a harness for other runtimes asks for one: load(), then step(). Such a harness serves the folder of
// this file, so copy it beside the built module first:
//   mkdir -p target/peers && cp pkg/*.js pkg/*.wasm benches/peers-module.mjs target/peers/
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
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", model));
  const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const decoder = new Decoder(model, undefined, sha256);
  return {
    reset: () => decoder.reset(1, POSITIONS),
    prompt: (tokens) => decoder.feed(Uint32Array.from(tokens)),
    step: (token) => decoder.feed(Uint32Array.of(token)),
  };
}
