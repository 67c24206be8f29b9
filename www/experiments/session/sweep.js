// A sweep as its form describes it: read by the engine, turned into a plan, kept, linked. The same for every experiment whose
// stories are those of a grid.
import { MOST_STORIES, asLines, createDescription, promiseOf, tooManyPrompts } from "./description.js";
import { count } from "../../parts/format.js";
import { expected } from "../views/run-panel.js";

/**
 * @import { Grid, ToExperiments } from "../../protocol.js"
 * @import { Conducted } from "./conduct.js"
 * @import { Checked } from "./description.js"
 * @import { Context, Shown } from "../experiment.js"
 * @import { Form } from "../sampling/form.js"
 */

/** A grid, and its axes as `fabula sweep` takes them. @typedef {{ grid: Grid, axes: string }} Found */

/**
 * What an experiment's sweeps are like.
 *
 * `name`: as in links; `cell`: what people call one; `tokenSeconds`: what a worker takes for a token, measuring included, before this device has shown its own
 * speed; `defaults`: its default grid; `fit`: makes of a link's grid one that the experiment can show, and says what was wrong.
 * @typedef {object} Kind
 * @property {string} name
 * @property {string} cell
 * @property {number} tokenSeconds
 * @property {() => Grid} defaults
 * @property {(grid: Grid) => { grid: Grid, problem: string | null }} fit
 */

/**
 * @param {object} options
 * @param {Context} options.context
 * @param {Kind} options.kind
 * @param {Form} options.form
 * @param {(grid: Grid) => void} options.onGrid  another grid is described
 */
export function createSweep({ context, kind, form, onGrid }) {
  const { analyst, conduct, model } = context;
  let secondsPerToken = kind.tokenSeconds;
  let measured = false;
  const description = createDescription({
    context,
    name: kind.name,
    form,
    async read() {
      const { problem, question } = form.read();
      return question ? examine(question) : { found: null, problem: problem ?? "This cannot be run." };
    },
    kept: ({ grid }) => ({ grid }),
    plan: ({ grid }) => ({ total: runsOf(grid), request: (id, runs) => ({ type: "runs", id, grid, runs }) }),
    onTaken: ({ grid }) => onGrid(grid),
  });
  /** @returns {Grid | null} */
  const grid = () => description.described()?.grid ?? null;

  /**
   * @param {Omit<Extract<ToExperiments, { type: "read_grid" }>, "type" | "id">} question
   * @returns {Promise<Checked<Found>>}
   */
  async function examine(question) {
    const { grid: found, axes, problem } = await analyst.ask("read_grid", question);
    if (found === null) return { found: null, problem: problem ?? "This cannot be run." };
    const tooMany = tooManyPrompts(promptsOf(found));
    if (tooMany !== null) return { found: null, problem: tooMany };
    const runs = runsOf(found);
    if (runs > MOST_STORIES)
      return {
        found: null,
        problem: `This would be ${count(runs)} stories. This page writes at most ${count(MOST_STORIES)}. To write more, use fabula sweep on the command line.`,
      };
    return { found: { grid: found, axes: axes ?? "" }, problem: null };
  }

  /** @param {Grid} next */
  async function fill(next) {
    const axes = next.axes.map(({ name, values }) => `${name}=${values.join(",")}`).join(",");
    const examined = examine({ axes, base: next.base, prompts: next.prompts ?? [], seeds: next.seeds });
    return (await description.fill(examined, (found) => form.write(found.grid, found.axes))) === null;
  }

  /** What every experiment over a grid is to the shell. @satisfies {Partial<Shown>} */
  const shown = {
    settings: form.node,
    problem: description.wrong,
    settle: description.settle,
    identity: description.identity,
    useDefaults: () => fill(kind.defaults()),
    /** @param {string} written */
    async restore(written) {
      const kept = /** @type {{ grid?: Grid } | null} */ (description.recall(written));
      return kept?.grid ? fill(kept.grid) : false;
    },
    /** @param {string} fragment */
    async readLink(fragment) {
      // A link to the experiment and to no settings of it.
      if (/^#?x=1&e=\w+$/.test(fragment)) {
        await fill(kind.defaults());
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
        const lines = asLines(promptsOf(next));
        if (lines.problem !== null) {
          problems.push(lines.problem);
          next = {
            ...next,
            base: { ...next.base, prompt: lines.prompts[0] ?? "" },
            prompts: lines.prompts.length > 1 ? lines.prompts : [],
          };
        }
        if (runsOf(next) > MOST_STORIES) {
          problems.push(
            `The link requests ${count(runsOf(next))} stories. This page writes at most ${count(MOST_STORIES)}, so the default settings are used.`,
          );
          next = { ...kind.defaults(), base: next.base };
        }
        await fill(next);
      }
      return { problems, promise: promiseOf(read, read.grid === next) };
    },
    async writeLink() {
      const { rows, written, plan } = conduct.state();
      const mine = grid();
      if (!mine) return { fragment: "", digest: null };
      const digests =
        plan?.identity === description.identity() && written === plan.total
          ? rows.map((row) => row?.digest ?? "")
          : null;
      return analyst.ask("write_sweep_link", { grid: mine, model: model.id, digests });
    },
    /** @param {number} workers */
    estimate(workers) {
      const mine = grid();
      if (!mine) return "";
      const seconds = (runsOf(mine) * mine.base.length * secondsPerToken) / workers;
      return `${count(runsOf(mine))} stories (${mine.axes.map(({ values }) => values.length).join(" × ")} ${kind.cell}s of ${storiesOf(mine)}), ${expected(seconds, measured)}`;
    },
    describe() {
      const described = description.described();
      if (!described) return "";
      const { grid: mine, axes } = described;
      const { adapter, length, seed, temperature, top_p } = mine.base;
      const prompts = promptsOf(mine);
      return (
        `${axes.replaceAll(",", ", ").replaceAll("=", " = ")}; ${adapter ? `adapter ${adapter.id}; ` : ""}${storiesOf(mine)} stories per ${kind.cell}; ${length} tokens; first seed ${seed}; ` +
        `temperature ${temperature} and top-p ${top_p} where they are not swept; ${promptsInWords(prompts)}`
      );
    },
  };

  return {
    shown,
    grid,
    consider: description.consider,
    /** @param {Conducted} state */
    heed(state) {
      description.heed(state);
      const { rate } = state.pool;
      const mine = grid();
      if (rate === null || !mine) return;
      secondsPerToken = 1 / rate / mine.base.length;
      measured = true;
    },
  };
}

/**
 * What each cell begins its stories with.
 * @param {Grid} grid
 */
export const promptsOf = (grid) => (grid.prompts?.length ? grid.prompts : [grid.base.prompt]);

/**
 * On a report: of many the link has the words.
 * @param {string[]} prompts
 */
export const promptsInWords = (prompts) =>
  prompts.length > 3
    ? `${prompts.length} prompts, listed in the link`
    : `${prompts.length === 1 ? "prompt" : "prompts"}: ${prompts.map((prompt) => `“${prompt}”`).join(", ")}`;

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
