// The worker of the experiments' page in Node: what it says of some rows is what `fabula findings` and the page say, to the bit.
import { readFileSync } from "node:fs";
import { learnMetrics } from "../../www/views/metric-list.js";

/** What it has answered. */
const heard = [];
globalThis.postMessage = (message) => heard.push(message);
const { initSync, serve_experiments } = await import("../../pkg/fabula.js");
initSync({ module: readFileSync(new URL("../../pkg/fabula_bg.wasm", import.meta.url)) });
serve_experiments();
// It has said hello.
learnMetrics(heard[0].metrics);

/** Asks what needs no model; the answer is there when the question returns. */
function ask(type, question) {
  heard.length = 0;
  globalThis.onmessage({ data: { type, id: 1, ...question } });
  const [answer] = heard;
  if (!answer || answer.type === "error") throw new Error(`${type}: ${answer?.message ?? "no answer"}`);
  return answer;
}

/** One number of a sweep: the mean of each cell, and what it does along each axis. `values`: one a run, null where there is none. */
export const analyse = (grid, metric, values) => ask("analyse", { grid, metric, values, written: values.length });

/** Judged against control, a number each. */
export const effects = (protocol, outcomes) => ask("analyse_judgements", { protocol, outcomes }).effects;
