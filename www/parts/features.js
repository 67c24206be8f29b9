// What this browser's WebAssembly can do, and which of the two modules of the engine suits it.

/** The smallest module that uses a 128-bit vector: one function that returns i8x16.splat(0), then i8x16.popcnt of it. */
const SIMD_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

/** The same with a relaxed instruction: i32x4.relaxed_dot_i8x16_i7x16_add of three zeros. */
const RELAXED_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 0, 253, 15, 65, 0, 253, 15, 65,
  0, 253, 15, 253, 147, 2, 11,
]);

/** Whether 128-bit vectors run here. */
export function hasSimd() {
  return WebAssembly.validate(SIMD_PROBE);
}

/** Whether relaxed instructions run here. The engine tests them before it trusts them. */
export function hasRelaxedSimd() {
  return WebAssembly.validate(RELAXED_PROBE);
}

/**
 * The glue of the module for this browser, by its address from www/.
 * @param {string | null} forced  "plain" or "relaxed", as the page's address may ask with ?simd=; else, or where relaxed does not run, the best is taken
 */
export function engineModule(forced) {
  const relaxed = forced === "plain" ? false : hasRelaxedSimd();
  return relaxed ? "../pkg/fabula_relaxed.js" : "../pkg/fabula.js";
}
