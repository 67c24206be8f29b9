// What temperature does with nothing cut off (top-p 1): every story, the means, and how many are coherent and novel at once.
import { axisX, axisY, dot, frame, gridY, line, rectY, ruleX } from "@observablehq/plot";
import { decimal } from "../../www/parts/format.js";
import { sweep } from "./data.mjs";
import { plain, share } from "./lines.mjs";
import { humanRange } from "./people.mjs";
import { COLOURS, place, sheet, words } from "./sheet.mjs";

const TOP_P = 1;

/** Wilson's 95% interval of a share (Wilson 1927): it stays within 0 and 1, and is not empty at either end. */
function wilson(count, all) {
  const z = 1.96;
  const middle = (count + (z * z) / 2) / (all + z * z);
  const half = (z / (all + z * z)) * Math.sqrt((count * (all - count)) / all + (z * z) / 4);
  return { from: Math.max(0, middle - half), to: Math.min(1, middle + half) };
}

const { grid, stories, values } = sweep("sampling.csv");
const [temperature, topP] = grid.axes.map((axis) => axis.values);

/** The stories of each temperature at top-p 1 by one number. */
function columns(name) {
  const all = values(name);
  return temperature.map((value, row) => {
    const from = (row * topP.length + topP.indexOf(TOP_P)) * stories;
    const those = all.slice(from, from + stories);
    if (those.includes(null))
      throw new Error(`a story at temperature ${value} has no ${name}: it was too short, or the library was missing`);
    return { temperature: value, values: those, mean: those.reduce((sum, each) => sum + each, 0) / those.length };
  });
}

const X = { label: null, inset: 12, domain: [temperature[0], temperature.at(-1)] };
const SIZE = { width: 236, height: 216, marginTop: 8, marginRight: 8, marginBottom: 38, marginLeft: 48 };
const around = (y) => [
  gridY({ ticks: 5, stroke: COLOURS.line, strokeOpacity: 1 }),
  frame({ stroke: COLOURS.line }),
  axisX({
    ticks: 4,
    tickSize: 0,
    tickFormat: String,
    label: "temperature",
    labelAnchor: "center",
    labelArrow: "none",
    labelOffset: 34,
  }),
  axisY({ ticks: 5, tickSize: 0, tickFormat: y, label: null }),
];

/** A dot a story, a line through the means, and a band for the human range. */
function dots(x, y, told, people, domain, write) {
  // Side by side, in the order of their runs.
  const points = told.flatMap(({ temperature: value, values: all }) =>
    all.map((each, index) => ({ x: value + (index / (all.length - 1) - 0.5) * 0.2, y: each })),
  );
  return place(x, y, {
    ...SIZE,
    x: X,
    y: { label: null, domain, inset: 4 },
    marks: [
      ...around(write),
      rectY([people], {
        x1: X.domain[0] - 0.1,
        x2: X.domain[1] + 0.1,
        y1: ([from]) => from,
        y2: ([, to]) => to,
        fill: COLOURS.edge,
        fillOpacity: 0.18,
      }),
      dot(points, { x: "x", y: "y", r: 2, fill: COLOURS.accent, fillOpacity: 0.45 }),
      line(told, { x: "temperature", y: "mean", stroke: COLOURS.ink, strokeWidth: 1.75 }),
    ],
  });
}

function window() {
  const [coherence, novel, region] = ["coherence", "novelty", "creative_region"].map(columns);
  const inside = region.map(({ temperature: value, values: all }) => {
    const count = all.filter((each) => each === 1).length;
    return { temperature: value, count, share: count / all.length, ...wilson(count, all.length) };
  });
  const people = (name) => humanRange(name, grid.base.length);
  const every = coherence.flatMap(({ values: all }) => all);
  const ends = [Math.floor(Math.min(...every)), Math.ceil(Math.max(...every))];
  const [across, top] = [238, 12];
  const bars = place(2 * across, top + 22, {
    ...SIZE,
    x: X,
    y: { label: null, domain: [0, 1], inset: 4 },
    marks: [
      ...around(share),
      rectY(inside, {
        x1: ({ temperature: value }) => value - 0.1,
        x2: ({ temperature: value }) => value + 0.1,
        y: "share",
        fill: COLOURS.accent,
        fillOpacity: 0.55,
      }),
      ruleX(inside, { x: "temperature", y1: "from", y2: "to", stroke: COLOURS.ink, strokeWidth: 1.5 }),
    ],
  });
  const means = (told) => told.map(({ temperature: value, mean }) => `${decimal(mean, 2)} at ${value}`).join(", ");
  const range = (name) =>
    people(name)
      .map((end) => decimal(end, 2))
      .join(" to ");
  return sheet({
    width: 720,
    height: top + 22 + SIZE.height + 8,
    title: "The window of temperatures",
    description:
      `Three charts along temperature at top-p ${TOP_P}, ${stories} stories at each. Mean coherence: ${means(coherence)}. Mean novelty: ${means(novel)}. A band marks the human range: coherence ${range("coherence")}, novelty ${range("novelty")}. ` +
      `Stories in the creative region: ${inside.map(({ temperature: value, count }) => `${count} at ${value}`).join(", ")}.`,
    parts: [
      ...["Coherence", "Novelty", "Stories in the region"].map((label, column) =>
        words(column * across + 48, top + 16, label, { size: 14, weight: 600 }),
      ),
      dots(0, top + 22, coherence, people("coherence"), ends, plain),
      dots(across, top + 22, novel, people("novelty"), [0, 1], share),
      bars,
    ],
  });
}

export const drawings = { "sampling-window.svg": window };
