// One record per day and machine: DATE-MACHINE.json, and the same as .md. The page, its frames, the experiments and the engine are measured
// one after the other. Each writes its own part and leaves the others as they are.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../../scripts/serve.mjs";
import { engineTables } from "./engine-tables.mjs";
import { experimentsTables } from "./experiments-tables.mjs";
import { framesTables } from "./frames-tables.mjs";
import { machine, machineName } from "./machine.mjs";
import { pageTables } from "./page-tables.mjs";

/** How each part is written for people, in this order. */
const PARTS = {
  page: pageTables,
  frames: framesTables,
  experiments: experimentsTables,
  engine: engineTables,
};

/** Six digits are more than any clock here is worth. */
const rounded = (_, value) =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;

function earlier(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return {}; // the first part of this day
  }
}

/**
 * @param {"page" | "frames" | "experiments" | "engine"} part
 * @param {object} result
 * @param {boolean} quick a run that only shows that the benchmark works is no result: it goes to target/
 */
export function record(part, result, quick) {
  const date = new Date().toISOString();
  const folder = path.join(ROOT, quick ? "target/bench/results" : "benches/results");
  const name = `${date.slice(0, 10)}-${machineName}`;
  mkdirSync(folder, { recursive: true });
  const all = { machine, ...earlier(path.join(folder, `${name}.json`)), [part]: { date, ...result } };
  const parts = Object.keys(PARTS).filter((key) => all[key]);
  const heading = `# ${date.slice(0, 10)}, ${machine.cpu}

${machine.cores} cores, ${machine.memory_gib} GiB, ${machine.system}. Each number is a median, followed by the least and the greatest.
`;
  writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(all, rounded, 2)}\n`);
  writeFileSync(path.join(folder, `${name}.md`), [heading, ...parts.map((key) => PARTS[key](all[key]))].join("\n"));
  console.log(PARTS[part](result));
  console.log(`written to ${path.relative(ROOT, folder)}/${name}.json and .md`);
}
