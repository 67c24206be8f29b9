// Experiment 1: two settings of the sampling chain over a grid. The form makes a plan, the rows become a heatmap, plots and findings.
import { createCellStories } from "./cell-stories.js";
import { createForm } from "./form.js";
import { card, hint } from "../views/card.js";
import { createHeatmap } from "./heatmap.js";
import { axisLabel, numbers } from "./numbers.js";
import { createCellMap, createLines } from "./plots.js";
import { ours, protocol, question, title } from "./protocol.js";
import { element } from "../../parts/dom.js";
import { capital } from "../../parts/format.js";
import { metricOf } from "../../views/metric-list.js";
import { createSweep, runsOf, storiesOf } from "../session/sweep.js";
import { createFindings } from "../session/findings.js";

/**
 * @import { FindingsMessage, Grid } from "../../protocol.js"
 * @import { Conducted } from "../session/conduct.js"
 * @import { Kind } from "../session/sweep.js"
 * @import { Context, Experiment } from "../experiment.js"
 */

/** Seconds that a worker takes for a token, measuring included, before this device has shown its own speed. */
const TOKEN_SECONDS = 0.0042;

/** @type {Experiment} */
export const sampling = { name: "sweep", title, question, protocol, ours, create };

/** @param {Context} context */
function create(context) {
  const { analyst, conduct, hello } = context;
  const form = createForm({ chain: hello.chain, limits: hello.limits, onChange: () => sweep.consider() });
  const heatmap = createHeatmap({ onChoose: (cell) => choose(cell === chosen ? null : cell) });
  const lines = createLines();
  const map = createCellMap({ onChoose: choose });
  const stories = createCellStories({
    onClose() {
      const cell = chosen;
      choose(null);
      if (cell !== null) heatmap.focus(cell);
    },
  });
  const choice = (/** @type {string} */ label, /** @type {string} */ value) => {
    const select = element(
      "select",
      { "aria-label": label },
      ...numbers().map(({ name, title }) => element("option", { value: name }, title)),
    );
    select.value = value;
    return select;
  };
  const number = choice("Metric", "coherence");
  const across = choice("Across", "surprise");
  const up = choice("Up", "coherence");
  const along = element("select", { "aria-label": "Along" });
  const say = element("p", { class: "hint" });
  const findings = element("div", { class: "findings-list" });
  for (const select of [number, across, up]) select.addEventListener("change", () => void analysis.refresh());
  along.addEventListener("change", draw);
  across.addEventListener("change", () => (acrossChosen = true));
  const tintLegend = element("p", { class: "hint tint-legend" });
  const results = element(
    "div",
    { class: "sweep-results" },
    card("heat", "Every cell", [element("label", {}, "Metric ", number)], say, heatmap.node),
    card("findings", "Findings", [], findings),
    card(
      "line-plot",
      "Along one setting",
      [element("label", {}, "Along ", along)],
      lines.node,
      hint(
        "Bars show 95% intervals. A dotted line means that there are too few stories for intervals. Filled marks differ significantly from the lowest value.",
      ),
    ),
    card(
      "cell-map",
      "Map of cells",
      [element("label", {}, "Across ", across), element("label", {}, "Up ", up)],
      map.node,
      tintLegend,
    ),
    stories.node,
  );

  /** @type {number | null} */
  let chosen = null;
  let acrossChosen = false;

  /** @type {Kind} */
  const kind = { name: sampling.name, cell: "cell", tokenSeconds: TOKEN_SECONDS, defaults: () => hello.grid, fit };
  const sweep = createSweep({ context, kind, form, onGrid: turn });
  const analysis = createFindings({
    analyst,
    conduct,
    grid: sweep.grid,
    names: () => [number.value, across.value, up.value],
    onFindings: draw,
  });

  /**
   * A grid of a link that the page can show.
   * @param {Grid} grid
   */
  function fit(grid) {
    const { adapter, ...base } = grid.base;
    if (adapter)
      return {
        grid: { ...grid, base },
        problem: "The link names an adapter, but this experiment does not use one. The base model writes instead.",
      };
    if (grid.axes.length > 2)
      return {
        grid: { ...hello.grid, base },
        problem:
          "The link sweeps more than two settings. This page shows at most two, so the default settings are used. To sweep more, use fabula sweep on the command line.",
      };
    return { grid, problem: null };
  }

  /** @param {Grid} grid */
  function turn(grid) {
    chosen = null;
    analysis.forget();
    along.replaceChildren(
      ...grid.axes
        .filter(({ values }) => values.length > 1)
        .map(({ name }) => element("option", { value: name }, axisLabel(name))),
    );
    const [first] = grid.axes;
    tintLegend.textContent = first
      ? `One mark per cell, from blue (${axisLabel(first.name)} ${first.values[0]}) to orange (${first.values.at(-1)}). Select one to read its stories.`
      : "";
    draw();
  }

  /** @param {number | null} cell */
  function choose(cell) {
    chosen = cell;
    draw();
    if (cell !== null) stories.focus();
  }

  function draw() {
    const grid = sweep.grid();
    if (!grid) return;
    const main = analysis.latest(number.value);
    const metric = metricOf(number.value);
    const none = /** @type {null[]} */ (Array.from({ length: runsOf(grid) / storiesOf(grid) }, () => null));
    const { rows, written } = conduct.state();
    heatmap.show({ grid, metric, cells: main?.cells ?? none, chosen });
    lines.show({ finding: main?.findings.find(({ axis }) => axis === along.value) ?? null, metric });
    map.show({
      grid,
      across: metricOf(across.value),
      up: metricOf(up.value),
      xs: analysis.latest(across.value)?.cells ?? none,
      ys: analysis.latest(up.value)?.cells ?? none,
      chosen,
    });
    stories.show({ grid, rows, cell: chosen });
    const unmeasured = metric.library && written > 0 && rows.every((row) => !row || !("new_ngrams_3" in row.numbers));
    say.textContent = unmeasured
      ? `${metric.sentence} It needs the library, which you can load on this page.`
      : metric.sentence;
    showFindings(written > 0 ? main : null, unmeasured === true);
  }

  /**
   * @param {FindingsMessage | null} main
   * @param {boolean} unmeasured
   */
  function showFindings(main, unmeasured) {
    if (!main)
      return findings.replaceChildren(
        element("p", { class: "hint" }, "Findings appear here as soon as there are stories."),
      );
    if (unmeasured)
      return findings.replaceChildren(
        element("p", { class: "hint" }, "This metric cannot be measured without the library."),
      );
    findings.replaceChildren(
      ...main.findings.flatMap(({ axis, sentences }) => [
        element("h3", {}, `${capital(main.findings[0]?.metric ?? "")} along ${axisLabel(axis)}`),
        ...sentences.map((sentence) => element("p", {}, sentence)),
      ]),
      element("ul", { class: "hint" }, ...main.caveats.map((caveat) => element("li", {}, caveat))),
    );
  }

  return {
    ...sweep.shown,
    results,
    /** @param {Conducted} state */
    show(state) {
      // Before it is asked what the rows tell: of rows that are kept, it is asked once.
      if (
        !acrossChosen &&
        across.value === "surprise" &&
        state.rows.some((row) => row && "new_ngrams_3" in row.numbers)
      )
        across.value = "novelty";
      sweep.heed(state);
      analysis.heed(state);
    },
    about: () => analysis.about(["novelty", "coherence", "surprise", number.value]),
  };
}
