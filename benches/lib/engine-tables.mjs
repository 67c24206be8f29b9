// The engine's part of a record, as tables.
import { cell, table } from "./markdown.mjs";
import { eachRound, summary } from "./statistics.mjs";

const over = (a, b) => eachRound([a, b], (above, below) => above / below);

/** The ratios that are aimed at, of each row that has the measurements for them. */
export function ratios(rows) {
  return Object.fromEntries(
    Object.entries(rows)
      .filter(([, row]) => row.greedy)
      .map(([id, row]) => [
        id,
        {
          to_bound: over(row.greedy, rows.bound?.read),
          to_candle: id === "candle" ? null : over(row.greedy, rows.candle?.greedy),
          lost_by_sampling: eachRound([row.sampled, row.greedy], (sampled, greedy) => 1 - sampled / greedy),
          prompt_to_decode: over(row.prompt, row.greedy),
          several_to_one: over(row.several, row.greedy),
        },
      ]),
  );
}

function modelTables({ name, weight_bytes_per_token: bytes, load_before_and_after: [before, after], rows }) {
  const bound = rows.bound.read;
  const bandwidth = summary(bound.runs.map((passes) => (passes * rows.bound.bytes) / 1e9));
  const measured = Object.values(rows).filter((row) => row.greedy);
  const compared = Object.entries(ratios(rows));
  return `### ${name}: ${(bytes / 1e6).toFixed(2)} MB of weights a token

${table(
  ["tokens/s", "decode", "decode, sampling", "prompt of 128", "8 sequences, in all", "first token, cold, ms"],
  [
    ["memory bound", cell(bound), "", "", "", ""],
    ...measured.map((row) => [
      row.name,
      ...["greedy", "sampled", "prompt", "several", "cold"].map((task) => cell(row[task])),
    ]),
  ],
)}

The bound reads ${cell(bandwidth, 1)} GB/s. Load of the machine before and after, this benchmark's own included: ${before} and
${after}.

${table(
  ["ratio", "decode to bound, %", "decode to candle", "lost by sampling, %", "prompt to decode", "8 sequences to one"],
  compared.map(([id, ratio]) => [
    rows[id].name,
    cell(ratio.to_bound, 0, 100),
    cell(ratio.to_candle, 1),
    cell(ratio.lost_by_sampling, 1, 100),
    cell(ratio.prompt_to_decode, 1),
    cell(ratio.several_to_one, 1),
  ]),
)}
`;
}

function nativeTable({ tokens, rows }) {
  const all = Object.values(rows);
  return `### Natively, on the house model

${table(
  [`${tokens} tokens, greedy`, "tokens/s", "Fabula to this"],
  all.map((row) => [
    row.name,
    cell(row.greedy),
    row === rows.fabula ? "" : cell(over(rows.fabula.greedy, row.greedy), 1),
  ]),
)}

Fabula's number includes the measurements of each token; candle is compiled for this very processor, Fabula for any of its
kind.
`;
}

function peerTable({ versions, prompt, tokens, rows }) {
  const fabula = rows["module-relaxed-q8_0-1t"] ?? rows["module-plain-q8_0-1t"];
  const ours = summary(fabula?.decode ?? []);
  const line = ([id, row]) => {
    const rates = summary(row.decode);
    if (!rates) return [id, row.error ? "failed" : "", "", "", ""];
    return [
      row.tokens ? `${id} (${row.tokens} tokens)` : id,
      cell(rates),
      row === fabula ? "" : cell(over(ours, rates), 1),
      cell(summary(row.cold_ms)),
      row.bytes.runtime ? (row.bytes.runtime / 1e6).toFixed(2) : "",
    ];
  };
  return `### Beside other runtimes, by their harness, on the stories15M shape

${table(["one thread", "decode, tokens/s", "Fabula's best to this", "first token, cold, ms", "runtime, MB"], Object.entries(rows).map(line))}

A prompt of ${prompt} tokens, then ${tokens} greedy ones. \`membw\` is that harness's memory bound, \`module\` is Fabula,
\`tjs\` transformers.js (${versions.transformers}; ONNX Runtime ${versions["onnxruntime-web"]}), \`wllama\` and \`wllama2\` its
versions ${versions.wllama} and ${versions.wllama2}.
`;
}

export function engineTables(result) {
  const { tokens, rounds } = result.plan;
  return `## The engine

${result.browser}, headless; one thread, one sequence unless said otherwise; greedy decoding of ${tokens} tokens after 8. Every
row has a browser context and a worker of its own, posts each token to its page, and the clock is read there. The rows take
turns, for one round that is not counted and ${rounds} that ${rounds > 1 ? "are" : "is"}; a ratio is taken within each round. The
memory bound is how often a second one thread of WebAssembly can read as many bytes as the model has weights. Sampling means
temperature 0.8, top-p 0.95, and the surprisal and entropy of each token. A cold first token counts from the start of a
navigation in an empty context, on localhost: module, model and 8 tokens of prompt are in it.

${Object.values(result.models).map(modelTables).join("\n")}${result.native ? `\n${nativeTable(result.native)}` : ""}${result.peers ? `\n${peerTable(result.peers)}` : ""}`;
}
