// The part of a record about experiments, as tables.
import { cell, table } from "./markdown.mjs";

export function experimentsTables({ browser, sweeps }) {
  return `## Experiments

${browser}, headless; the usual sweep of the page of experiments, from the click on Run to its last story, measurements included.

${table(
  ["sweep", "seconds", "stories", "tokens", "workers", "load before"],
  Object.entries(sweeps).map(([name, { seconds, stories, tokens, workers, load }]) => [
    name,
    cell(seconds, 1),
    String(stories),
    String(tokens),
    String(workers),
    cell(load, 2),
  ]),
)}
`;
}
