// A sweep as its form describes it: read by the engine, turned into a plan, kept, linked. The same for every experiment whose
// stories are those of a grid.
import { count } from "../../parts/format.js";
import { spoken } from "../views/run-panel.js";

/**
 * @import { Grid } from "../../protocol.js"
 * @import { Conducted } from "./conduct.js"
 * @import { Context, Shown } from "../experiment.js"
 * @import { Form } from "../sampling/form.js"
 */

/** Stories that a page writes at most; beyond, the command line is the better place. */
export const MOST_STORIES = 10_000;
/** A reader who types is not answered at every letter. */
const PATIENCE = 250;

/**
 * What an experiment's sweeps are like.
 *
 * `name`: as in links; `cell`: what people call one; `tokenSeconds`: what a worker takes for a token, measuring included, before this device has shown its own
 * speed; `usual`: its usual grid; `fit`: makes of a link's grid one that the experiment can show, and says what was wrong.
 * @typedef {object} Kind
 * @property {string} name
 * @property {string} cell
 * @property {number} tokenSeconds
 * @property {() => Grid} usual
 * @property {(grid: Grid) => { grid: Grid, problem: string | null }} fit
 */

/**
 * @param {object} options
 * @param {Context} options.context
 * @param {Kind} options.kind
 * @param {Form} options.form
 * @param {(grid: Grid) => void} options.onGrid  another grid is described
 */
export function createSweep({ context: { analyst, conduct, hello, model, onPlan, onProblem }, kind, form, onGrid }) {
  /** @type {Grid | null} */
  let grid = null;
  let axes = "";
  /** @type {string | null} */
  let problem = null;
  let considered = 0;
  let timer = 0;
  let secondsPerToken = kind.tokenSeconds;

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
      const identity = JSON.stringify({ e: kind.name, grid: next, model: model.id, engine: hello.engine.revision });
      onPlan({ identity, total: runsOf(next), model: model.id, request: (id, runs) => ({ type: "runs", id, grid: next, runs }) });
      onGrid(next);
    }
    onProblem();
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

  /** What every experiment over a grid is to the shell. @satisfies {Partial<Shown>} */
  const shown = {
    settings: form.node,
    problem: () => problem,
    /** Reads what was typed a moment ago. */
    async settle() {
      if (timer !== 0) await check();
    },
    usual: () => fill(kind.usual()),
    /** @param {string} written */
    async restore(written) {
      /** @type {{ e?: string, grid?: Grid, model?: string, engine?: number }} */
      let kept;
      try {
        kept = JSON.parse(written);
      } catch {
        return false;
      }
      if (kept.e !== kind.name || kept.model !== model.id || kept.engine !== hello.engine.revision || !kept.grid) return false;
      return fill(kept.grid);
    },
    /** @param {string} fragment */
    async readLink(fragment) {
      // A link to the experiment and to no settings of it.
      if (/^#?x=1&e=\w+$/.test(fragment)) {
        await fill(kind.usual());
        return { problems: [], promise: null };
      }
      const read = await analyst.ask("read_sweep_link", { fragment });
      const problems = [...read.problems];
      let next = read.grid;
      if (next) {
        const fitted = kind.fit(next);
        // What is said already is not said again in other words.
        if (fitted.problem !== null && problems.length === 0) problems.push(fitted.problem);
        next = fitted.grid;
        if (runsOf(next) > MOST_STORIES) {
          problems.push(`The link asks for ${count(runsOf(next))} stories; a page writes ${count(MOST_STORIES)} at most. The usual grid is used.`);
          next = { ...kind.usual(), base: next.base };
        }
        await fill(next);
      }
      return { problems, promise: read.digest && read.grid === next ? { digest: read.digest, model: read.model, engine_revision: read.engine_revision } : null };
    },
    async writeLink() {
      const { rows, written, plan } = conduct.state();
      if (!grid) return { fragment: "", digest: null };
      const digests = plan && written === plan.total ? rows.map((row) => row?.digest ?? "") : null;
      return analyst.ask("write_sweep_link", { grid, model: model.id, digests });
    },
    /** @param {number} workers */
    estimate(workers) {
      if (!grid) return "";
      const seconds = (runsOf(grid) * grid.base.length * secondsPerToken) / workers;
      return `${count(runsOf(grid))} stories (${grid.axes.map(({ values }) => values.length).join(" × ")} ${kind.cell}s of ${storiesOf(grid)}), about ${spoken(seconds)} on this device.`;
    },
    describe: () =>
      grid
        ? `${axes.replaceAll(",", ", ").replaceAll("=", " = ")}; ${grid.base.adapter ? `adapter ${grid.base.adapter.id}; ` : ""}${storiesOf(grid)} stories a ${kind.cell}; ${grid.base.length} tokens; first seed ${grid.base.seed}; temperature ${grid.base.temperature} and top-p ${grid.base.top_p} where they are not swept; ${(grid.prompts?.length ?? 0) > 1 ? "prompts" : "prompt"}: ${promptsOf(grid).map((prompt) => `“${prompt}”`).join(", ")}`
        : "",
  };

  return {
    shown,
    grid: () => grid,
    /** The form has changed: what it says is checked, a while after the last letter. */
    consider() {
      clearTimeout(timer);
      form.wait(true);
      timer = window.setTimeout(() => void check(), PATIENCE);
    },
    /** @param {Conducted} state */
    heed({ pool: { phase, rate } }) {
      form.lock(phase !== "idle" && phase !== "done");
      if (rate !== null && grid) secondsPerToken = 1 / rate / grid.base.length;
    },
  };
}

/**
 * What each cell begins its stories with.
 * @param {Grid} grid
 */
export const promptsOf = (grid) => (grid.prompts?.length ? grid.prompts : [grid.base.prompt]);

/**
 * Stories of a cell.
 * @param {Grid} grid
 */
export const storiesOf = (grid) => promptsOf(grid).length * grid.seeds;

/**
 * Stories of the whole grid.
 * @param {Grid} grid
 */
export const runsOf = (grid) => grid.axes.reduce((product, { values }) => product * values.length, storiesOf(grid));
