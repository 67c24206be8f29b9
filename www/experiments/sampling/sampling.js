// Experiment 1: two settings of the sampling chain over a grid. The form makes a plan, the rows become a heatmap, plots and findings.
import { createCellStories } from "./cell-stories.js";
import { MOST_STORIES, createForm } from "./form.js";
import { createHeatmap } from "./heatmap.js";
import { NUMBERS, axisLabel, capital, numberOf, valuesOf } from "./numbers.js";
import { createCellMap, createLines } from "./plots.js";
import { protocol, question, title } from "./protocol.js";
import { element } from "../../parts/dom.js";
import { count } from "../../parts/format.js";
import { spoken } from "../views/run-panel.js";

/**
 * @import { FindingsMessage, Grid, Row } from "../../protocol.js"
 * @import { Conducted } from "../session/conduct.js"
 * @import { Context, Experiment } from "../experiment.js"
 */

/** A reader who types is not answered at every letter. */
const PATIENCE = 250;
/** While stories come in, what they tell is asked for at most this often. */
const TELL_EVERY = 500;
/** Seconds that a worker takes for a token, measuring included, before this device has shown its own speed. */
const TOKEN_SECONDS = 0.0016;

/** @type {Experiment} */
export const sampling = { name: "sweep", title, question, protocol, create };

/** @param {Context} context */
function create({ analyst, conduct, hello, model, onPlan, onProblem }) {
  const form = createForm({ chain: hello.chain, onChange: consider });
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
    const select = element("select", { "aria-label": label }, ...NUMBERS.map((number) => element("option", { value: number.name }, number.label)));
    select.value = value;
    return select;
  };
  const number = choice("Number", "coherence");
  const across = choice("Across", "surprise");
  const up = choice("Up", "coherence");
  const along = element("select", { "aria-label": "Along" });
  const say = element("p", { class: "hint" });
  const findings = element("div", { class: "findings-list" });
  for (const select of [number, across, up]) select.addEventListener("change", () => void tell());
  along.addEventListener("change", draw);
  across.addEventListener("change", () => (acrossChosen = true));
  const results = element(
    "div",
    { class: "sweep-results" },
    element(
      "section",
      { class: "card heat", "aria-labelledby": "heat-heading" },
      element("div", { class: "map-head" }, element("h2", { id: "heat-heading" }, "Every cell"), element("label", {}, "Number ", number)),
      say,
      heatmap.node,
    ),
    element("section", { class: "card findings", "aria-labelledby": "findings-heading" }, element("h2", { id: "findings-heading" }, "Findings"), findings),
    element("section", { class: "card line-plot", "aria-labelledby": "line-heading" }, element("div", { class: "map-head" }, element("h2", { id: "line-heading" }, "Along one setting"), element("label", {}, "Along ", along)), lines.node, element("p", { class: "hint" }, "Bars: 95% intervals. Filled marks differ significantly from the lowest value.")),
    element(
      "section",
      { class: "card cell-map", "aria-labelledby": "cells-heading" },
      element("div", { class: "map-head" }, element("h2", { id: "cells-heading" }, "Map of cells"), element("label", {}, "Across ", across), element("label", {}, "Up ", up)),
      map.node,
      element("p", { class: "hint tint-legend" }),
    ),
    stories.node,
  );
  const tintLegend = /** @type {HTMLElement} */ (results.querySelector(".tint-legend"));

  /** @type {Grid | null} */
  let grid = null;
  let axes = "";
  /** @type {string | null} */
  let problem = null;
  /** @type {number | null} */
  let chosen = null;
  let acrossChosen = false;
  let considered = 0;
  let timer = 0;
  let secondsPerToken = TOKEN_SECONDS;
  /** The latest answers: of the number, across and up. @type {{ main: FindingsMessage, x: FindingsMessage, y: FindingsMessage } | null} */
  let told = null;
  let telling = false;
  let again = false;
  let lastTold = 0;

  /** The form has changed: what it says is checked, a while after the last letter. */
  function consider() {
    clearTimeout(timer);
    form.wait(true);
    timer = window.setTimeout(() => void check(), PATIENCE);
  }

  async function check() {
    clearTimeout(timer);
    timer = 0;
    considered += 1;
    const mine = considered;
    const said = form.read();
    if (said.problem !== null || said.question === null) return complain(said.problem);
    const answer = await analyst.ask("read_grid", said.question);
    if (mine !== considered) return;
    form.wait(timer !== 0);
    if (answer.grid === null) return complain(answer.problem);
    const runs = runsOf(answer.grid);
    if (runs > MOST_STORIES) return complain(`This would be ${count(runs)} stories; a page writes ${count(MOST_STORIES)} at most. The command line takes more: fabula sweep.`);
    take(answer.grid, answer.axes ?? "");
  }

  /** @param {string | null} text */
  function complain(text) {
    problem = text ?? "This cannot be run.";
    form.wait(timer !== 0);
    form.complain(problem);
    onProblem();
  }

  /**
   * Turns to a grid.
   * @param {Grid} next
   * @param {string} written
   */
  function take(next, written) {
    problem = null;
    form.complain(null);
    if (JSON.stringify(next) !== JSON.stringify(grid)) {
      grid = next;
      axes = written;
      chosen = null;
      told = null;
      along.replaceChildren(...next.axes.filter(({ values }) => values.length > 1).map(({ name }) => element("option", { value: name }, axisLabel(name))));
      const [first] = next.axes;
      tintLegend.textContent = first ? `One mark a cell, from blue (${axisLabel(first.name)} ${first.values[0]}) to orange (${first.values.at(-1)}). Choose one to read its stories.` : "";
      onPlan({ identity: JSON.stringify({ e: sampling.name, grid: next, model: model.id, engine: hello.engine.revision }), total: runsOf(next), model: model.id, request: (id, runs) => ({ type: "runs", id, grid: next, runs }) });
      draw();
    }
    onProblem();
  }

  /** @param {number | null} cell */
  function choose(cell) {
    chosen = cell;
    draw();
    if (cell !== null) stories.focus();
  }

  /** Asks what the rows tell, one question at a time. */
  async function tell() {
    if (telling) return void (again = true);
    const { rows, written } = conduct.state();
    const mine = grid;
    if (!mine || rows.length !== runsOf(mine)) return;
    telling = true;
    again = false;
    lastTold = performance.now();
    const ask = (/** @type {string} */ name) => analyst.ask("analyse", { grid: mine, label: numberOf(name).label, values: valuesOf(rows, name), written });
    const [main, x, y] = await Promise.all([ask(number.value), ask(across.value), ask(up.value)]);
    telling = false;
    if (mine === grid) {
      told = { main, x, y };
      draw();
    }
    if (again) void tell();
  }

  function draw() {
    if (!grid) return;
    const metric = numberOf(number.value);
    const none = /** @type {null[]} */ (Array.from({ length: runsOf(grid) / storiesOf(grid) }, () => null));
    const { rows, written } = conduct.state();
    heatmap.show({ grid, metric, cells: told?.main.cells ?? none, chosen });
    lines.show({ finding: told?.main.findings.find(({ axis }) => axis === along.value) ?? null, metric });
    map.show({ grid, across: numberOf(across.value), up: numberOf(up.value), xs: told?.x.cells ?? none, ys: told?.y.cells ?? none, chosen });
    stories.show({ grid, rows, cell: chosen });
    const unmeasured = metric.library && written > 0 && rows.every((row) => !row || !("new_ngrams_3" in row.numbers));
    say.textContent = unmeasured ? `${metric.say} It needs the library, which the page can load.` : metric.say;
    showFindings(written, unmeasured === true);
  }

  /**
   * @param {number} written
   * @param {boolean} unmeasured
   */
  function showFindings(written, unmeasured) {
    if (!told || written === 0) return findings.replaceChildren(element("p", { class: "hint" }, "What the stories tell is said here, as soon as there are some."));
    if (unmeasured) return findings.replaceChildren(element("p", { class: "hint" }, "Without the library nothing can be said of novelty."));
    const { main } = told;
    findings.replaceChildren(
      ...main.findings.flatMap(({ axis, sentences }) => [element("h3", {}, `${capital(main.findings[0]?.metric ?? "")} along ${axisLabel(axis)}`), ...sentences.map((sentence) => element("p", {}, sentence))]),
      element("ul", { class: "hint" }, ...main.caveats.map((caveat) => element("li", {}, caveat))),
    );
  }

  /** @param {string} written */
  async function restore(written) {
    /** @type {{ e?: string, grid?: Grid, model?: string, engine?: number }} */
    let kept;
    try {
      kept = JSON.parse(written);
    } catch {
      return false;
    }
    if (kept.e !== sampling.name || kept.model !== model.id || kept.engine !== hello.engine.revision || !kept.grid) return false;
    return fill(kept.grid);
  }

  /** @param {Grid} next */
  async function fill(next) {
    const text = next.axes.map(({ name, values }) => `${name}=${values.join(",")}`).join(",");
    const answer = await analyst.ask("read_grid", { axes: text, base: next.base, prompts: next.prompts ?? [], seeds: next.seeds });
    if (answer.grid === null) return false;
    considered += 1;
    clearTimeout(timer);
    timer = 0;
    form.wait(false);
    form.write(answer.grid, answer.axes ?? "");
    take(answer.grid, answer.axes ?? "");
    return true;
  }

  return {
    settings: form.node,
    results,
    problem: () => problem,
    /** Reads what was typed a moment ago. */
    async settle() {
      if (timer !== 0) await check();
    },
    usual: () => fill(hello.grid),
    restore,
    /** @param {string} fragment */
    async readLink(fragment) {
      const read = await analyst.ask("read_sweep_link", { fragment });
      const problems = [...read.problems];
      let next = read.grid;
      if (next && next.axes.length > 2) {
        problems.push("The link sweeps more than two settings, which this page cannot show; fabula sweep on the command line can. The usual grid is used.");
        next = { ...hello.grid, base: next.base };
      }
      if (next && runsOf(next) > MOST_STORIES) {
        problems.push(`The link asks for ${count(runsOf(next))} stories; a page writes ${count(MOST_STORIES)} at most. The usual grid is used.`);
        next = { ...hello.grid, base: next.base };
      }
      if (next) await fill(next);
      return { problems, promise: read.digest && read.grid === next ? { digest: read.digest, model: read.model, engine_revision: read.engine_revision } : null };
    },
    async writeLink() {
      const { rows, written, plan } = conduct.state();
      if (!grid) return { fragment: "", digest: null };
      const digests = plan && written === plan.total ? rows.map((row) => row?.digest ?? "") : null;
      return analyst.ask("write_sweep_link", { grid, model: model.id, digests });
    },
    /** @param {Conducted} state */
    show(state) {
      const busy = state.pool.phase !== "idle" && state.pool.phase !== "done";
      form.lock(busy);
      const { rate } = state.pool;
      if (rate !== null && grid) secondsPerToken = 1 / rate / grid.base.length;
      const due = performance.now() - lastTold > TELL_EVERY;
      if (state.pool.phase !== "running" || due) void tell();
      if (!acrossChosen && across.value === "surprise" && state.rows.some((row) => row && "new_ngrams_3" in row.numbers)) across.value = "novelty";
    },
    /** @param {number} workers */
    estimate(workers) {
      if (!grid) return "";
      const seconds = (runsOf(grid) * grid.base.length * secondsPerToken) / workers;
      return `${count(runsOf(grid))} stories (${grid.axes.map(({ values }) => values.length).join(" × ")} cells of ${storiesOf(grid)}), about ${spoken(seconds)} on this device.`;
    },
    describe: () =>
      grid
        ? `${axes.replaceAll(",", ", ").replaceAll("=", " = ")}; ${storiesOf(grid)} stories a cell; ${grid.base.length} tokens; first seed ${grid.base.seed}; temperature ${grid.base.temperature} and top-p ${grid.base.top_p} where they are not swept; ${(grid.prompts?.length ?? 0) > 1 ? "prompts" : "prompt"}: ${(grid.prompts?.length ? grid.prompts : [grid.base.prompt]).map((prompt) => `“${prompt}”`).join(", ")}`
        : "",
    /** What an export says beside the rows. */
    async about() {
      const { rows, written } = conduct.state();
      const mine = grid;
      if (!mine) return {};
      const names = [...new Set(["novelty", "coherence", "surprise", number.value])].filter((name) => valuesOf(rows, name).some((value) => value !== null));
      const answers = names.map(async (name) => {
        const { findings: found, caveats } = await analyst.ask("analyse", { grid: mine, label: numberOf(name).label, values: valuesOf(rows, name), written });
        return { name, findings: found, caveats };
      });
      return { grid: mine, findings: await Promise.all(answers) };
    },
  };
}

/** @param {Grid} grid */
const storiesOf = (grid) => Math.max(1, grid.prompts?.length ?? 0) * grid.seeds;

/** @param {Grid} grid */
const runsOf = (grid) => grid.axes.reduce((product, { values }) => product * values.length, storiesOf(grid));
