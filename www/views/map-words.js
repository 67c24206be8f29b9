// The map in words: for screen readers, for the legend, and for the line below the drawing.
import { adapterWords } from "./adapter-words.js";
import { aimsOf } from "./map-drawing.js";
import { count, decimal } from "../parts/format.js";
import { entryName } from "../session/state.js";

/**
 * @import { Picture, Point } from "./map-drawing.js"
 * @import { Metric } from "./metric-list.js"
 */

const HINT = "Choose a dot to read its story.";

/**
 * The drawing as a whole.
 * @param {Picture} picture
 * @param {string} about  how many stories, and which
 */
export function pictureWords({ points, across, up }, about) {
  const ends = [across, up].map((metric, index) => {
    const values = points.map((point) => (index === 0 ? point.x : point.y));
    const range =
      values.length > 0 ? `, from ${metric.write(Math.min(...values))} to ${metric.write(Math.max(...values))}` : "";
    return `${metric.title} ${index === 0 ? "across" : "up"}${range}`;
  });
  return `Scatter plot of ${about}: ${ends.join("; ")}. The table under “My stories” has the same numbers.`;
}

/**
 * What the reader can do, and what is not drawn.
 * @param {number} missing  stories without a number for an axis
 */
export function hintWords(missing) {
  if (missing === 0) return HINT;
  return `${HINT} ${missing === 1 ? "1 story is" : `${count(missing)} stories are`} not drawn, because a number is missing.`;
}

/**
 * One point.
 * @param {Point} point
 * @param {Metric[]} metrics  across and up
 */
export function pointWords({ entry, x, y }, metrics) {
  const { temperature, top_p } = entry.record.settings;
  const adapter = adapterWords(entry.record.settings);
  const told = metrics.map(({ title, write }, index) => `${title} ${write(index === 0 ? x : y)}`);
  return `${entryName(entry)}: temperature ${decimal(temperature, 2)}, top-p ${decimal(top_p, 2)}, ${adapter ? `${adapter}, ` : ""}${told.join(", ")}`;
}

/**
 * What the front means, null where none is drawn; and what is to be said of it, or why there is none.
 * @param {Picture} picture
 * @returns {{ front: string | null, note: string }}
 */
export function frontWords(picture) {
  const metrics = [picture.across, picture.up];
  const aims = aimsOf(picture);
  const open = metrics.filter((metric) => !metric.better).map(({ label }) => label);
  if (open.length > 0)
    return { front: null, note: `No Pareto front: neither more nor less ${open.join(" or ")} is better.` };
  if (!aims || !picture.front) return { front: null, note: "" };
  const reached = metrics.flatMap(({ better }, index) =>
    better?.enough && aims[index]?.enough !== null ? [better.enough] : [],
  );
  return {
    front: `front: none is both ${metrics.map(({ better }) => better?.than).join(" and ")}`,
    note: reached.length > 0 ? `Stories that reach people’s range count as ${reached.join(" and ")}.` : "",
  };
}
