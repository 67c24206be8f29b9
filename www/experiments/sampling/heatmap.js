// The grid as a table: the mean of one number in each cell, with its interval. A cell is a button that shows its stories; the
// arrow keys go from one to the next.
import { element } from "../../parts/dom.js";
import { FEWEST_OF_INTERVAL, capital } from "../../parts/format.js";
import { axisLabel } from "./numbers.js";
import { storiesOf } from "../session/sweep.js";

/**
 * @import { Axis, Estimate, Grid } from "../../protocol.js"
 * @import { Metric } from "../../views/metric-list.js"
 */

/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * The axes as rows and columns; of a sweep along one axis, one column.
 * @param {Grid} grid
 * @returns {{ rows: Axis, columns: Axis | null }}
 */
function sides(grid) {
  const [rows, columns] = grid.axes;
  if (!rows) throw new Error("a grid without an axis");
  return { rows, columns: columns ?? null };
}

/**
 * A cell by the values of its axes.
 * @param {Grid} grid
 * @param {number} cell
 */
export function cellName(grid, cell) {
  let rest = cell;
  const words = [];
  for (const { name, values } of [...grid.axes].reverse()) {
    words.unshift(`${axisLabel(name)} ${values[rest % values.length]}`);
    rest = Math.floor(rest / values.length);
  }
  return words.join(", ");
}

/**
 * What only screen readers tell.
 * @param {string} text
 */
const unseen = (text) => element("span", { class: "visually-hidden" }, text);

/** @param {Grid} grid */
function intervalsOf(grid) {
  const stories = storiesOf(grid);
  if (stories >= FEWEST_OF_INTERVAL) return "with its 95% interval over the stories";
  return stories === 1
    ? "1 story per cell, too few for an interval"
    : `${stories} stories per cell, too few for an interval`;
}

/**
 * The interval of a mean, where it has one.
 * @param {Metric} metric
 * @param {Estimate} estimate
 */
function rangeOf({ write }, { interval }) {
  if (!interval) return "";
  const [from, to] = [write(interval.from), write(interval.to)];
  // Of two shares the second has the sign for both. A dash beside a minus would be read as another.
  return `${from.replace(/%$/, "")}${to.startsWith("−") ? "…" : "–"}${to}`;
}

/**
 * @param {{ onChoose: (cell: number) => void }} options
 */
export function createHeatmap({ onChoose }) {
  const caption = element("caption");
  const table = element("table", { class: "heatmap" });
  const low = element("span");
  const high = element("span");
  const legend = element(
    "div",
    { class: "legend" },
    low,
    element("span", { class: "ramp heat", "aria-hidden": "true" }),
    high,
  );
  const node = element("div", { class: "heatmap-box" }, element("div", { class: "heatmap-scroll" }, table), legend);
  /** @type {HTMLButtonElement[]} */
  let buttons = [];
  let made = "";
  let across = 1;

  /** @param {Grid} grid */
  function make(grid) {
    const { rows, columns } = sides(grid);
    across = columns?.values.length ?? 1;
    buttons = Array.from({ length: rows.values.length * across }, (_, cell) => {
      const button = element("button", { type: "button", tabindex: cell === 0 ? 0 : -1, "aria-pressed": "false" });
      button.addEventListener("click", () => onChoose(cell));
      button.addEventListener("focus", () => enter(cell));
      return button;
    });
    const head = element(
      "tr",
      {},
      element("td", { class: "corner" }),
      ...(columns?.values ?? [""]).map((value) => element("th", { scope: "col" }, columns ? String(value) : "mean")),
    );
    const lines = rows.values.map((value, row) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, String(value)),
        ...buttons.slice(row * across, (row + 1) * across).map((button) => element("td", {}, button)),
      ),
    );
    table.replaceChildren(caption, element("thead", {}, head), element("tbody", {}, ...lines));
  }

  /** @param {number} cell  that Tab comes back to */
  function enter(cell) {
    for (const [index, button] of buttons.entries()) button.tabIndex = index === cell ? 0 : -1;
  }

  table.addEventListener("keydown", (event) => {
    const at = buttons.findIndex((button) => button === event.target);
    const [down, right] = STEPS[event.key] ?? [0, 0];
    let to;
    if (event.key === "Home") to = 0;
    else if (event.key === "End") to = buttons.length - 1;
    else if (down !== 0 || right !== 0) {
      const column = (at % across) + right;
      if (column < 0 || column >= across) return event.preventDefault();
      to = at + down * across + right;
    } else return;
    event.preventDefault();
    buttons[to]?.focus();
  });

  return {
    node,
    /** @param {number} cell */
    focus: (cell) => buttons[cell]?.focus(),
    /**
     * @param {{ grid: Grid, metric: Metric, cells: (Estimate | null)[], chosen: number | null }} view
     */
    show({ grid, metric, cells, chosen }) {
      const shape = JSON.stringify(grid.axes);
      if (shape !== made) make(grid);
      made = shape;
      const means = cells.flatMap((cell) => cell?.mean ?? []);
      const [least, most] = [Math.min(...means), Math.max(...means)];
      const share = (/** @type {number} */ mean) => (most > least ? (mean - least) / (most - least) : 0.5);
      const [down, right] = grid.axes.map(({ name }) => axisLabel(name));
      caption.textContent = `Mean ${metric.label} by ${down} ↓${right ? ` and ${right} →` : ""}, ${intervalsOf(grid)}`;
      low.textContent = means.length > 0 ? metric.write(least) : "";
      high.textContent = means.length > 0 ? metric.write(most) : "";
      for (const [index, button] of buttons.entries()) {
        const estimate = cells[index] ?? null;
        const name = capital(cellName(grid, index));
        button.setAttribute("aria-pressed", String(index === chosen));
        button.toggleAttribute("data-empty", estimate === null);
        if (estimate) {
          const range = rangeOf(metric, estimate);
          button.style.setProperty("--heat-share", `${Math.round(share(estimate.mean) * 100)}%`);
          const stories = estimate.count === 1 ? "1 story" : `${estimate.count} stories`;
          button.replaceChildren(
            unseen(`${name}: ${metric.label} `),
            element("b", {}, metric.write(estimate.mean)),
            ...(range ? [unseen(", interval "), element("small", {}, range)] : []),
            unseen(`, ${stories}`),
          );
        } else {
          button.style.removeProperty("--heat-share");
          button.replaceChildren(unseen(`${name}: no value yet `), "–");
        }
      }
    },
  };
}
