// The command line beside candle's native Llama, in turn, on the house model.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../../scripts/serve.mjs";
import { summary } from "./statistics.mjs";

const PROMPT = "Once upon a time";
/** No sampling settings: the likeliest token each time, as candle's row does it. */
const GREEDY = ["--temperature", "0"];

const run = (program, words, more = {}) =>
  execFileSync(program, words, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26, env: { ...process.env, ...more } });

/** @param {{ model: string, fabula: string, candle: string, rounds: number, tokens: number }} plan */
export function measureNative({ model, fabula, candle, rounds, tokens }) {
  if (!existsSync(fabula)) {
    console.error(`no ${path.relative(ROOT, fabula)}: no native rows`);
    return null;
  }
  console.error("native");
  const words = ["generate", "--model", model, "--prompt", PROMPT, "--tokens", String(tokens), "--json", ...GREEDY];
  const write = () => JSON.parse(run(fabula, words));
  // A story may end before its tokens are used up: both write as many.
  const count = write().token_ids.length;
  const one = { RAYON_NUM_THREADS: "1" };
  const rows = { fabula: { name: "Fabula's command line, one thread", run: () => write().tokens_per_second } };
  if (existsSync(candle)) {
    const speed = (more) => Number(run(candle, [model, String(count)], more));
    rows.candle_one_thread = { name: "candle, one thread", run: () => speed(one) };
    rows.candle = { name: "candle, as many threads as it likes", run: () => speed({}) };
  }
  const samples = Object.fromEntries(Object.keys(rows).map((id) => [id, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [id, row] of Object.entries(rows)) {
      const rate = row.run();
      if (round > 0) samples[id].push(rate);
    }
  }
  const result = Object.entries(rows).map(([id, { name }]) => [id, { name, greedy: summary(samples[id]) }]);
  return { tokens: count, rows: Object.fromEntries(result) };
}
