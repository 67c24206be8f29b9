// The engine's part of a record, as tables.
import { cell, table } from "./markdown.mjs";
import { eachRound } from "./statistics.mjs";

/** What the modules are compared by, within each round. */
const ratios = ({ greedy, sampled, prompt, several }, plain) => [
  cell(
    eachRound([greedy, plain], (one, other) => one / other),
    2,
  ),
  cell(
    eachRound([sampled, greedy], (with_, without) => 1 - with_ / without),
    1,
    100,
  ),
  ...[prompt, several].map((row) =>
    cell(
      eachRound([row, greedy], (above, below) => above / below),
      1,
    ),
  ),
];

export function engineTables({ browser, plan, model, load_before_and_after: [before, after], rows }) {
  const { tokens, rounds } = plan;
  const all = Object.values(rows);
  return `## The engine

${browser}, headless; model ${model}; one thread, one sequence unless said otherwise; greedy decoding of ${tokens} tokens after 8.
Every row has a browser context and a worker of its own, posts each token to its page, and the clock is read there. The rows
take turns, for one round that is not counted and ${rounds} that ${rounds > 1 ? "are" : "is"}; a ratio is taken within each round. Sampling
means temperature 0.8, top-p 0.95, and the surprisal and entropy of each token. A cold first token counts from the start of a
navigation in an empty context, on localhost: module, model and 8 tokens of prompt are in it.

${table(
  ["tokens/s", "decode", "decode, sampling", "prompt of 128", "8 sequences, in all", "first token, cold, ms"],
  all.map((row) => [row.name, ...["greedy", "sampled", "prompt", "several", "cold"].map((task) => cell(row[task]))]),
)}

${table(
  ["ratio", "decode to plain", "lost by sampling, %", "prompt to decode", "8 sequences to one"],
  all.map((row) => [row.name, ...ratios(row, rows.plain.greedy)]),
)}

Load of the machine before and after, this benchmark's own included: ${before} and ${after}.
`;
}
