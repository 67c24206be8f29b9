// What is measured: the rows of the table, and what each of them is asked to do.

/** Tokens of the prompt before a decoding. */
const SHORT_PROMPT = 8;
const LONG_PROMPT = 128;
const SEQUENCES = 8;
const SAMPLING = { temperature: 0.8, top_p: 0.95, seed: 1 };

/** Some tokens of a vocabulary, always the same ones; which does not matter for the speed. */
const someTokens = (count, vocabulary) => Array.from({ length: count }, (_, index) => (3 + index * 1009) % vocabulary);

/** Tokens per second after the first. */
const decoding = ({ arrivals }) => ((arrivals.length - 1) * 1000) / (arrivals.at(-1) - arrivals[0]);

/**
 * The tasks, in the order in which they run. Each goes through the rows that can do it before the next comes: what is
 * compared is measured side by side.
 * @param {{ vocabulary: number, tokens: number, quick: boolean }} plan
 */
export function tasks({ vocabulary, tokens, quick }) {
  const prompt = someTokens(SHORT_PROMPT, vocabulary);
  const passes = quick ? 50 : 200;
  const times = quick ? 1 : 3;
  return {
    read: { details: { passes }, rate: ({ answer }) => answer.passes / answer.seconds },
    greedy: { details: { prompt, count: tokens }, rate: decoding },
    sampled: { details: { prompt, count: tokens, ...SAMPLING }, rate: decoding },
    prompt: {
      details: { prompt: someTokens(LONG_PROMPT, vocabulary), times },
      rate: ({ start, arrivals }) => (times * LONG_PROMPT * 1000) / (arrivals.at(-1) - start),
    },
    several: {
      details: { starts: someTokens(SEQUENCES, vocabulary), count: tokens },
      rate: (run) => SEQUENCES * decoding(run),
    },
  };
}

/**
 * @param {{ model: string, bytes: number, vocabulary: number, relaxed: boolean, candle: boolean }} about
 * @returns {{ id: string, name: string, worker: string, tasks: string[], settings: object, needed?: boolean }[]} all but
 *   the needed ones may fail to begin: a browser without relaxed SIMD still measures the rest
 */
export function rows({ model, bytes, vocabulary, relaxed, candle }) {
  const first = { prompt: someTokens(SHORT_PROMPT, vocabulary), count: 1 };
  const fabula = (id, name, file) => ({
    id,
    name,
    worker: "fabula.mjs",
    tasks: ["greedy", "sampled", "prompt", "several"],
    settings: { glue: `/fabula/${file}.js`, module: `/fabula/${file}_bg.wasm`, model, first },
  });
  return [
    { id: "bound", name: "memory bound", worker: "memory.mjs", needed: true, tasks: ["read"], settings: { bytes } },
    ...(relaxed ? [fabula("relaxed", "Fabula, relaxed SIMD", "fabula_relaxed")] : []),
    { ...fabula("plain", "Fabula, plain SIMD", "fabula"), needed: true },
    ...(candle
      ? [
          {
            id: "candle",
            name: "candle, Q8_0",
            worker: "candle.mjs",
            tasks: ["greedy", "prompt"],
            settings: { glue: "/candle/candle_row.js", module: "/candle/candle_row_bg.wasm", model, first },
          },
        ]
      : []),
  ];
}
