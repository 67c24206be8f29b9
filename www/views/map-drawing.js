// The drawing of the map: points, people's range, the Pareto front and the mean, in colours that are given. The page and the
// saved images share it.
import { svg } from "../parts/dom.js";
import { percent } from "../parts/format.js";
import { paretoFront, steps } from "./pareto.js";
import { gridWithAxes } from "../parts/plot-frame.js";
import { dot, line, plot, rect, ruleX, ruleY } from "../vendor/plot.js";

/**
 * @import { Estimate, Numbers, Settings } from "../protocol.js"
 * @import { Metric } from "./metric-list.js"
 * @import { Aim } from "./pareto.js"
 * @import { Entry } from "../session/state.js"
 */

export const HOTTEST = 2;
/** Fewer points have no front to speak of. */
const FEWEST_FOR_FRONT = 3;
const MARGINS = { marginTop: 22, marginRight: 12, marginBottom: 36, marginLeft: 36 };
/** Where the drawing is as low as on a phone, only the dots, people's range and the frame are drawn. */
const LOW = 150;
const TIGHT = { marginTop: 4, marginRight: 4, marginBottom: 4, marginLeft: 4 };

/**
 * @typedef {{ entry: Entry, x: number, y: number }} Point
 *
 * A story without an entry: of the trail or of the cloud.
 * @typedef {{ index: number, x: number, y: number, temperature: number }} Passing
 *
 * `tint` gives the colour of a temperature.
 * @typedef {{ people: string, line: string, card: string, edge: string, ink: string, tint: (temperature: number) => string }} Palette
 *
 * What is drawn. `bands`: people's range by metric; `brushed`: the keys of the chosen ones; `means`: across and up, or null.
 * @typedef {object} Picture
 * @property {Point[]} points
 * @property {Metric} across
 * @property {Metric} up
 * @property {Record<string, [number, number]>} bands
 * @property {string | null} shown
 * @property {ReadonlySet<string> | null} brushed
 * @property {[Estimate, Estimate] | null} means
 * @property {boolean} front  whether the Pareto front is drawn
 * @property {Passing[]} trail  what was written while a control moved, the oldest first
 * @property {Passing[]} cloud  more stories of the settings of the one shown
 * @property {[number, number] | null} cloudMean
 */

/** The page's colours; left to the style sheet, so that they follow light and dark by themselves. @type {Palette} */
export const PAGE_PALETTE = {
  people: "var(--people)",
  line: "var(--line)",
  card: "var(--card)",
  edge: "var(--edge)",
  ink: "var(--ink)",
  tint(temperature) {
    const share = Math.round((Math.min(HOTTEST, temperature) / HOTTEST) * 100);
    return `color-mix(in oklch, var(--hot-dot) ${share}%, var(--cool-dot))`;
  },
};

/**
 * The points of the stories that have both numbers.
 * @param {Entry[]} entries
 * @param {Metric} across
 * @param {Metric} up
 * @returns {Point[]}
 */
export function pointsOf(entries, across, up) {
  return entries.flatMap((entry) => {
    const [x, y] = [entry.record.numbers[across.name] ?? null, entry.record.numbers[up.name] ?? null];
    return x === null || y === null ? [] : [{ entry, x, y }];
  });
}

/**
 * The same of stories that are no entries.
 * @param {(Numbers & { settings: Settings })[]} stories
 * @param {string} across
 * @param {string} up
 * @returns {Passing[]}
 */
export function trailOf(stories, across, up) {
  return stories.flatMap(({ numbers, settings: { temperature } }, index) => {
    const [x, y] = [numbers[across] ?? null, numbers[up] ?? null];
    return x === null || y === null ? [] : [{ index, x, y, temperature }];
  });
}

/**
 * Which way is better along an axis; null where neither is.
 * @param {Metric} metric
 * @param {[number, number] | undefined} band
 * @returns {Aim | null}
 */
function aimOf({ better }, band) {
  if (!better) return null;
  const enough = better.enough && band ? band[better.way === "more" ? 0 : 1] : null;
  return { better: better.way, enough };
}

/**
 * The aims of both axes where there is a front to draw, else null.
 * @param {Picture} picture
 * @returns {[Aim, Aim] | null}
 */
export function aimsOf({ points, across, up, bands }) {
  const [one, other] = [aimOf(across, bands[across.name]), aimOf(up, bands[up.name])];
  return one && other && points.length >= FEWEST_FOR_FRONT ? [one, other] : null;
}

/**
 * Ends of an axis that show all values and the range, with a little room. Those of a dial stay where its scale ends, so that a dot's way
 * can be followed; only what lies beyond moves them.
 * @param {Metric} metric
 * @param {number[]} values
 * @returns {[number, number]}
 */
function endsOf({ dial }, values) {
  if (dial) return [Math.min(dial.from, ...values), Math.max(dial.to, ...values)];
  const least = values.reduce((one, other) => Math.min(one, other), Infinity);
  const most = values.reduce((one, other) => Math.max(one, other), -Infinity);
  const room = (most - least) * 0.08 || 0.5;
  return [least - room, most + room];
}

/**
 * Shares are written as percentages; other numbers as short as they are.
 * @param {Metric} metric
 */
function tickFormat({ written }) {
  return written === "percent" ? { tickFormat: percent } : {};
}

/**
 * What stands at the upper end of an axis, and at its lower one: of a dial the names of its ends.
 * @param {Metric} metric
 */
const upperEnd = ({ dial, title }) => (dial ? `${title}: ${dial.ends[1]}` : title);
const lowerEnd = (/** @type {Metric} */ { dial }) => dial?.ends[0] ?? null;

/**
 * The more points, the smaller and the more transparent.
 * @param {number} count
 */
function dotOf(count) {
  if (count > 400) return { r: 3.5, fillOpacity: 0.6 };
  if (count > 120) return { r: 4.5, fillOpacity: 0.75 };
  return { r: 6.5, fillOpacity: 1 };
}

/**
 * Draws, and tells where in the drawing each point lies.
 * @param {Picture} picture
 * @param {{ width: number, height: number, palette: Palette }} look
 */
export function drawMap(picture, { width, height, palette }) {
  const { points, across, up, bands, shown, brushed, means, trail, cloud, cloudMean } = picture;
  const isLow = height < LOW;
  const [xBand, yBand] = [bands[across.name], bands[up.name]];
  const all = [...points, ...trail, ...cloud];
  const xEnds = endsOf(across, [...all.map((point) => point.x), ...(xBand ?? [0, 1])]);
  const yEnds = endsOf(up, [...all.map((point) => point.y), ...(yBand ?? [0, 1])]);
  const range = xBand || yBand ? [{}] : [];
  const aims = picture.front ? aimsOf(picture) : null;
  const front = aims ? steps(paretoFront(points, ...aims), ...aims, xEnds, yEnds) : [];
  // While a control moves, the newest rewrite is what is read.
  const current = trail.length > 0 ? trail.slice(-1) : points.filter((point) => point.entry.key === shown);
  const chosen = points.filter((point) => brushed?.has(point.entry.key));
  const [xMean, yMean] = means ?? [];
  // A mean of too few stories for an interval is a mark without arms.
  const [cross, mark] = xMean?.interval && yMean?.interval ? [[{}], []] : [[], means ? [{}] : []];
  const size = dotOf(points.length);
  /** @type {(origin: Entry["origin"], isChosen: boolean) => Point[]} */
  const those = (origin, isChosen) =>
    points.filter(({ entry }) => entry.origin === origin && (!brushed || brushed.has(entry.key)) === isChosen);
  const fill = {
    value: (/** @type {Point} */ point) => palette.tint(point.entry.record.settings.temperature),
    scale: null,
  };
  const example = {
    x: "x",
    y: "y",
    r: Math.min(5, size.r),
    fill: palette.card,
    stroke: palette.edge,
    strokeWidth: 1.75,
  };
  const own = { x: "x", y: "y", ...size, fill, stroke: palette.card, strokeWidth: size.r > 4 ? 1.25 : 0.75 };
  const faded = { fillOpacity: 0.25, strokeOpacity: 0.4 };

  const node = plot({
    width,
    height,
    ...(isLow ? TIGHT : MARGINS),
    x: { domain: xEnds, label: null, type: across.dial?.logarithmic && xEnds[0] > 0 ? "log" : "linear" },
    y: { domain: yEnds, label: null, type: up.dial?.logarithmic && yEnds[0] > 0 ? "log" : "linear" },
    marks: [
      rect(range, {
        x1: xBand?.[0] ?? xEnds[0],
        x2: xBand?.[1] ?? xEnds[1],
        y1: yBand?.[0] ?? yEnds[0],
        y2: yBand?.[1] ?? yEnds[1],
        fill: palette.people,
        stroke: "none",
      }),
      ...gridWithAxes({
        x: { label: isLow ? null : upperEnd(across), ...tickFormat(across), ...(isLow ? { ticks: 0 } : {}) },
        y: { label: isLow ? null : upperEnd(up), ...tickFormat(up), ...(isLow ? { ticks: 0 } : {}) },
        colour: palette.line,
      }),
      ruleX(
        front.filter((piece) => piece.x1 === piece.x2),
        { x: "x1", y1: "y1", y2: "y2", stroke: palette.ink, strokeWidth: 1.25, strokeDasharray: "5 3" },
      ),
      ruleY(
        front.filter((piece) => piece.y1 === piece.y2),
        { y: "y1", x1: "x1", x2: "x2", stroke: palette.ink, strokeWidth: 1.25, strokeDasharray: "5 3" },
      ),
      dot(those("example", false), { ...example, ...faded }),
      dot(those("own", false), { ...own, ...faded }),
      dot(those("example", true), example),
      dot(those("own", true), own),
      line(trail, { x: "x", y: "y", stroke: palette.edge, strokeWidth: 1, strokeOpacity: 0.6 }),
      dot(trail, {
        x: "x",
        y: "y",
        r: 3,
        fill: "none",
        stroke: { value: (/** @type {Passing} */ one) => palette.tint(one.temperature), scale: null },
        strokeWidth: 1.75,
      }),
      dot(cloud, {
        x: "x",
        y: "y",
        r: 3.5,
        fill: "none",
        stroke: { value: (/** @type {Passing} */ one) => palette.tint(one.temperature), scale: null },
        strokeWidth: 1.5,
        strokeOpacity: 0.85,
      }),
      dot(cloudMean ? [cloudMean] : [], {
        x: "0",
        y: "1",
        symbol: "cross",
        r: 5,
        fill: "none",
        stroke: palette.ink,
        strokeWidth: 2,
      }),
      ruleX(cross, {
        x: xMean?.mean ?? 0,
        y1: yMean?.interval?.from ?? 0,
        y2: yMean?.interval?.to ?? 0,
        stroke: palette.ink,
        strokeWidth: 2,
      }),
      ruleY(cross, {
        y: yMean?.mean ?? 0,
        x1: xMean?.interval?.from ?? 0,
        x2: xMean?.interval?.to ?? 0,
        stroke: palette.ink,
        strokeWidth: 2,
      }),
      dot(mark, {
        x: xMean?.mean ?? 0,
        y: yMean?.mean ?? 0,
        symbol: "plus",
        r: 6,
        stroke: palette.ink,
        strokeWidth: 1.5,
      }),
      dot(chosen, { x: "x", y: "y", r: size.r + 1.5, fill: "none", stroke: palette.ink, strokeWidth: 1.25 }),
      dot(current, { x: "x", y: "y", r: 10.5, fill: "none", stroke: palette.ink, strokeWidth: 2 }),
    ],
  });
  const [x, y] = [node.scale("x"), node.scale("y")];
  {
    const words = (/** @type {string | null} */ text, /** @type {Record<string, number | string>} */ at) => {
      if (text === null) return;
      const label = svg("text", { fill: palette.ink, "font-size": 11, "text-anchor": "start", ...at });
      label.append(text);
      node.append(label);
    };
    const { marginLeft: left, marginBottom: bottom } = MARGINS;
    const [lowest, leftmost] = [lowerEnd(up), lowerEnd(across)];
    if (isLow) {
      const small = { "font-size": 9, opacity: 0.8 };
      if (up.dial) words(`↑ ${up.dial.ends[1]}`, { x: 9, y: 15, ...small });
      if (lowest) words(`↓ ${lowest}`, { x: 9, y: height - 10, ...small });
      const end = `${across.dial?.ends[1] ?? across.label} →`;
      words(end, { x: width - 9, y: height - 10, ...small, "text-anchor": "end" });
    } else {
      if (lowest) words(`↓ ${lowest}`, { x: left + 6, y: height - bottom - 7 });
      if (leftmost) words(`← ${leftmost}`, { x: left, y: height - 3 });
    }
  }
  const place = (/** @type {{ x: number, y: number }} */ point) => ({
    left: x?.apply(point.x) ?? 0,
    top: y?.apply(point.y) ?? 0,
  });
  const placed = points.map((point) => ({ ...point, ...place(point) }));
  const around = cloud.map((one) => ({ index: one.index, ...place(one) }));
  return { node, placed, around };
}
