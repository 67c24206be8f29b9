// What temperature does to novelty and coherence: writes stories over a range of it, draws docs/sweep.svg and prints a table.
//   node scripts/sweep.mjs [--fabula PATH] [--model FILE] [--stories FILE]
// --stories keeps what the command line said of each story, one a line; if the file is there already, it is read instead,
// so that the chart can be drawn anew without writing the stories again.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

const TEMPERATURES = Array.from({ length: 10 }, (_, step) => (step + 1) / 5);
const SEEDS = Array.from({ length: 10 }, (_, seed) => seed + 1);
const TOKENS = 128;
const OUTPUT = "docs/sweep.svg";

const { values: options } = parseArgs({
  options: {
    fabula: { type: "string", default: "target/release/fabula" },
    model: { type: "string", default: "models/fable-9m/fable-9m-q8_0.gguf" },
    stories: { type: "string" },
  },
});

/** Top-p 1: nothing but temperature changes. */
function write(temperature, seed) {
  const settings = { temperature, seed, "top-p": 1, tokens: TOKENS };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const run = spawnSync(options.fabula, ["generate", "--json", "--model", options.model, "--library", path.join(path.dirname(options.model), "library.fabulib"), ...flags], { encoding: "utf8", maxBuffer: 1 << 26 });
  if (run.status !== 0) throw new Error(run.error?.message ?? run.stderr.trim());
  const { settings: used, numbers, text, link } = JSON.parse(run.stdout);
  return { temperature: used.temperature, seed: used.seed, numbers, text, link };
}

function stories() {
  if (options.stories && existsSync(options.stories)) {
    return readFileSync(options.stories, "utf8").trim().split("\n").map((line) => JSON.parse(line));
  }
  const written = TEMPERATURES.flatMap((temperature) => {
    console.error(`temperature ${temperature.toFixed(1)}`);
    return SEEDS.map((seed) => write(temperature, seed));
  });
  if (options.stories) writeFileSync(options.stories, written.map((story) => `${JSON.stringify(story)}\n`).join(""));
  return written;
}

/** A number of every story at one temperature: those that have it, their mean and their standard deviation. */
function summary(told, name) {
  const values = told.map(({ numbers }) => numbers[name]).filter((value) => typeof value === "number");
  if (values.length < 2) throw new Error(`${name} is missing: are reference.json and library.fabulib beside the model?`);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { values, mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/** Wilson's 95% interval of a share (Wilson 1927): it stays within 0 and 1, and is not empty at either end. */
function wilson(count, all) {
  const z = 1.96;
  const middle = (count + (z * z) / 2) / (all + z * z);
  const half = (z / (all + z * z)) * Math.sqrt((count * (all - count)) / all + (z * z) / 4);
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

const all = stories();
const rows = TEMPERATURES.map((temperature) => {
  const told = all.filter((story) => story.temperature === temperature);
  const region = summary(told, "creative_region");
  const inside = region.values.filter((value) => value === 1).length;
  return {
    temperature,
    coherence: summary(told, "coherence"),
    novel: summary(told, "new_ngrams_3"),
    region,
    inside,
    of: region.values.length,
    interval: wilson(inside, region.values.length),
  };
});

// ---- The chart ------------------------------------------------------------------------------------------------------

const WIDTH = 720;
const LEFT = 56;
const RIGHT = 16;
const TALL = 150;
const BETWEEN = 56;
const TOP = 44;

const round = (value) => Number(value.toFixed(1));
const x = (temperature) => round(LEFT + ((temperature - 0.1) / 2) * (WIDTH - LEFT - RIGHT));

/** One panel: a title, a frame, and what `draw` puts in with its scale. */
function panel(index, title, [from, to], ticks, label, draw) {
  const top = TOP + index * (TALL + BETWEEN);
  const y = (value) => round(top + TALL - ((value - from) / (to - from)) * TALL);
  const lines = ticks.map((tick) =>
    `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(tick)}" y2="${y(tick)}"/>` +
    `<text class="tick" x="${LEFT - 8}" y="${y(tick) + 4}" text-anchor="end">${label(tick)}</text>`);
  const across = TEMPERATURES.map((temperature) =>
    `<text class="tick" x="${x(temperature)}" y="${top + TALL + 18}" text-anchor="middle">${temperature.toFixed(1)}</text>`);
  return [`<g>`, `<text class="title" x="${LEFT}" y="${top - 12}">${title}</text>`, ...lines, ...across, ...draw(y), `</g>`];
}

/** A dot a story, and a line through the means. Dots of one temperature stand side by side, in the order of their seeds. */
function dots(name) {
  return (y) => {
    const aside = (index, count) => (index - (count - 1) / 2) * 3.4;
    const marks = rows.flatMap((row) => row[name].values.map((value, index, { length }) =>
      `<circle class="story" cx="${round(x(row.temperature) + aside(index, length))}" cy="${y(value)}" r="2.6"/>`));
    const path = rows.map((row) => `${x(row.temperature)},${y(row[name].mean)}`).join(" ");
    return [...marks, `<polyline class="mean" points="${path}"/>`];
  };
}

function bars(y) {
  return rows.flatMap(({ temperature, inside, of, interval: [low, high] }) => {
    const at = x(temperature);
    const share = inside / of;
    return [
      `<rect class="bar" x="${at - 18}" y="${y(share)}" width="36" height="${round(y(0) - y(share))}"/>`,
      `<path class="whisker" d="M${at} ${y(low)}V${y(high)}M${at - 5} ${y(low)}h10M${at - 5} ${y(high)}h10"/>`,
    ];
  });
}

const percent = (value) => `${Math.round(value * 100)}%`;
const lowest = Math.min(0, ...rows.flatMap(({ coherence }) => coherence.values));
const floor = Math.floor(lowest * 2) / 2;
const HEIGHT = TOP + 3 * TALL + 2 * BETWEEN + 44;
const counts = rows.map(({ temperature, inside, of }) => `${inside} of ${of} at ${temperature.toFixed(1)}`).join(", ");
const steps = Array.from({ length: Math.round((1 - floor) * 2) + 1 }, (_, step) => floor + step / 2);

const svg = [
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title desc">`,
  `<title id="title">Coherence, novelty and the creative region by temperature</title>`,
  `<desc id="desc">Three charts with the temperature from 0.2 to 2.0 across, ${SEEDS.length} stories at each. ` +
    `Mean coherence goes from ${rows[0].coherence.mean.toFixed(2)} to ${rows.at(-1).coherence.mean.toFixed(2)}, ` +
    `the mean share of new word triples from ${percent(rows[0].novel.mean)} to ${percent(rows.at(-1).novel.mean)}. ` +
    `Stories in the creative region: ${counts}.</desc>`,
  `<style>`,
  `  svg { color: #1d2129; --paper: #ffffff; --line: #e4e1da; --soft: #5a616d; --accent: #2f5d8a; font-family: system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }`,
  `  @media (prefers-color-scheme: dark) { svg { color: #e8e6e1; --paper: #1b1e24; --line: #2d323b; --soft: #a0a8b4; --accent: #8ab8e6; } }`,
  `  .paper { fill: var(--paper); } .grid { stroke: var(--line); } .tick { fill: var(--soft); font-size: 13px; } .title { fill: currentColor; font-size: 15px; font-weight: 600; }`,
  `  .story { fill: var(--accent); fill-opacity: 0.55; } .mean { fill: none; stroke: currentColor; stroke-width: 2; } .bar { fill: var(--accent); fill-opacity: 0.55; } .whisker { fill: none; stroke: currentColor; stroke-width: 1.5; }`,
  `</style>`,
  `<rect class="paper" width="${WIDTH}" height="${HEIGHT}" rx="12"/>`,
  ...panel(0, "Coherence: 1 is where people's range begins", [floor, 1], steps, (tick) => tick.toFixed(1), dots("coherence")),
  ...panel(1, "Novelty: word triples that the library does not hold", [0, 1], [0, 0.25, 0.5, 0.75, 1], percent, dots("novel")),
  ...panel(2, "Stories in the creative region: coherent and novel at once", [0, 1], [0, 0.25, 0.5, 0.75, 1], percent, bars),
  `<text class="tick" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">Temperature</text>`,
  `</svg>`,
  "",
].join("\n");
writeFileSync(OUTPUT, svg);

const plus = ({ mean, deviation }) => `${mean.toFixed(2)} ± ${deviation.toFixed(2)}`;
console.log(`| temperature | coherence | new word triples | creative region | stories in it | 95% interval of their share |\n|---|---|---|---|---|---|`);
for (const { temperature, coherence, novel, region, inside, of, interval: [low, high] } of rows) {
  console.log(`| ${temperature.toFixed(1)} | ${plus(coherence)} | ${plus(novel)} | ${plus(region)} | ${inside} of ${of} | ${percent(low)} to ${percent(high)} |`);
}
