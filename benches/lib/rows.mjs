// What is measured: the rows of the table, and what each of them is asked to do.

/** Tokens of the prompt before a decoding. */
const SHORT_PROMPT = 8;
const LONG_PROMPT = 128;
const SEQUENCES = 8;
const SAMPLING = { temperature: 0.8, top_p: 0.95, seed: 1 };

/** Some tokens, always the same ones; which does not matter for the speed. */
const someTokens = (count) => Array.from({ length: count }, (_, index) => (3 + index * 1009) % 4096);

/** Tokens per second after the first. */
const decoding = ({ arrivals }) => ((arrivals.length - 1) * 1000) / (arrivals.at(-1) - arrivals[0]);

/**
 * The tasks, in the order in which they run. Each goes through all rows before the next comes: what is compared is measured side by side.
 * @param {{ tokens: number, quick: boolean }} plan
 */
export function tasks({ tokens, quick }) {
  const prompt = someTokens(SHORT_PROMPT);
  const times = quick ? 1 : 3;
  return {
    greedy: { details: { prompt, count: tokens }, rate: decoding },
    sampled: { details: { prompt, count: tokens, ...SAMPLING }, rate: decoding },
    prompt: {
      details: { prompt: someTokens(LONG_PROMPT), times },
      rate: ({ start, arrivals }) => (times * LONG_PROMPT * 1000) / (arrivals.at(-1) - start),
    },
    several: { details: { starts: someTokens(SEQUENCES), count: tokens }, rate: (run) => SEQUENCES * decoding(run) },
  };
}

/**
 * The engine's two modules.
 * @param {string} model the address of the model file
 */
export const rows = (model) =>
  [
    ["relaxed", "Fabula, relaxed SIMD", "fabula_relaxed"],
    ["plain", "Fabula, plain SIMD", "fabula"],
  ].map(([id, name, file]) => ({
    id,
    name,
    settings: {
      glue: `/fabula/${file}.js`,
      module: `/fabula/${file}_bg.wasm`,
      model,
      first: { prompt: someTokens(SHORT_PROMPT), count: 1 },
    },
  }));
