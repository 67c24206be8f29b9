// What the rows of a sweep tell, asked of the engine: while stories come in, now and then, and one question at a time.
import { valuesOf } from "../sampling/numbers.js";
import { runsOf } from "./sweep.js";

/**
 * @import { FindingsMessage, Grid } from "../../protocol.js"
 * @import { Analyst } from "./analyst.js"
 * @import { Conduct, Conducted } from "./conduct.js"
 */

/** While stories come in, what they tell is asked for at most this often. */
const EVERY = 500;

/**
 * @param {object} options
 * @param {Analyst} options.analyst
 * @param {Conduct} options.conduct
 * @param {() => Grid | null} options.grid
 * @param {() => string[]} options.names  of the numbers that are asked about
 * @param {() => void} options.onFindings
 */
export function createFindings({ analyst, conduct, grid, names, onFindings }) {
  /** The latest answers, by number. @type {Map<string, FindingsMessage>} */
  let told = new Map();
  let pending = false;
  let again = false;
  let last = 0;

  /**
   * What the rows tell of some numbers now.
   * @param {Grid} about
   * @param {string[]} wanted
   */
  async function ask(about, wanted) {
    const { rows, written } = conduct.state();
    const answers = [...new Set(wanted)].map(
      async (name) =>
        /** @type {const} */ ([
          name,
          await analyst.ask("analyse", { grid: about, metric: name, values: valuesOf(rows, name), written }),
        ]),
    );
    return new Map(await Promise.all(answers));
  }

  async function refresh() {
    if (pending) return void (again = true);
    const mine = grid();
    if (!mine || conduct.state().rows.length !== runsOf(mine)) return;
    pending = true;
    again = false;
    last = performance.now();
    // Where the engine has failed, it says so itself.
    const answers = await ask(mine, names()).catch(() => null);
    pending = false;
    if (answers && mine === grid()) {
      told = answers;
      onFindings();
    }
    if (again) void refresh();
  }

  return {
    refresh,
    latest: (/** @type {string} */ name) => told.get(name) ?? null,
    forget: () => void (told = new Map()),
    /** @param {Conducted} state */
    heed(state) {
      if (state.pool.phase !== "running" || performance.now() - last > EVERY) void refresh();
    },
    /**
     * What an export says beside the rows, of those numbers that some story has.
     * @param {string[]} wanted
     */
    async about(wanted) {
      const mine = grid();
      if (!mine) return {};
      const { rows } = conduct.state();
      const answers = await ask(
        mine,
        wanted.filter((name) => valuesOf(rows, name).some((value) => value !== null)),
      );
      return {
        grid: mine,
        findings: [...answers].map(([name, { findings, caveats }]) => ({ name, findings, caveats })),
      };
    },
  };
}
