// One experiment being carried out: what is to be written, what is written, and that none of it is lost. Knows nothing of what its
// stories are for.
import { nameOf } from "../../parts/names.js";
import { createPool } from "./pool.js";
import { mergeNumbers } from "../../session/state.js";

/**
 * @import { ReadyMessage, Row, ToExperiments, TracedMessage } from "../../protocol.js"
 * @import { LibraryClient } from "../../session/library.js"
 * @import { PoolState } from "./pool.js"
 * @import { Results } from "./results.js"
 */

/** Rows are kept this often, in milliseconds; and tried again after so long where the browser has not taken them. */
const KEEP_EVERY = 400;
const TRY_AGAIN = 10_000;

/**
 * What is to be written. `identity`: all that decides the rows; what is kept under it is not written again. `oneByOne`: a run is much
 * work. `textless`: its rows are no stories, so that the library is not asked about them. `library`: each worker opens it before its first run.
 * @typedef {{ identity: string, total: number, model: string, request: (id: number, runs: number[]) => ToExperiments, oneByOne?: boolean, textless?: boolean, library?: boolean }} Plan
 *
 * `rows`: by run. `kept`: how many of them were there before, from an earlier visit.
 * @typedef {{ plan: Plan | null, rows: (Row | null)[], written: number, kept: number, pool: PoolState, opening: boolean }} Conducted
 */

/** @typedef {ReturnType<typeof createConduct>} Conduct */

/**
 * @param {object} options
 * @param {string} options.manifestUrl
 * @param {Results} options.results
 * @param {(state: Conducted) => void} options.onChange
 * @param {(message: string) => void} options.onFailed
 * @param {(message: ReadyMessage) => void} options.onReady
 */
export function createConduct({ manifestUrl, results, onChange, onFailed, onReady }) {
  /** @type {Conducted} */
  let state = {
    plan: null,
    rows: [],
    written: 0,
    kept: 0,
    opening: false,
    pool: {
      phase: "idle",
      done: 0,
      begun: 0,
      total: 0,
      secondsLeft: null,
      rate: null,
      workers: 0,
      working: 0,
      share: 0,
    },
  };
  /** @type {Set<number>} */
  let unkept = new Set();
  let keeping = 0;
  let refused = false;
  /** @type {LibraryClient | null} */
  let library = null;
  /** Which run a question to the library is about. @type {Map<number, { plan: Plan, run: number }>} */
  const asked = new Map();
  let questions = 0;

  const pool = createPool({
    manifestUrl,
    onRow: take,
    onState(next) {
      const over = next.phase !== state.pool.phase && (next.phase === "done" || next.phase === "paused");
      become({ pool: next });
      if (over) void keep();
    },
    onFailed,
    onReady,
  });

  /** @param {Partial<Conducted>} change */
  function become(change) {
    state = { ...state, ...change };
    onChange(state);
  }

  /** @param {Row} row */
  function take(row) {
    const isNew = state.rows[row.run] === null;
    state.rows[row.run] = row;
    state = { ...state, written: state.written + (isNew ? 1 : 0) };
    unkept.add(row.run);
    if (keeping === 0) keeping = window.setTimeout(keep, refused ? TRY_AGAIN : KEEP_EVERY);
    trace(row);
  }

  /** Writes what is new into the browser's database. */
  async function keep() {
    clearTimeout(keeping);
    keeping = 0;
    const { plan, rows } = state;
    const fresh = [...unkept].flatMap((run) => rows[run] ?? []);
    unkept = new Set();
    if (!plan || fresh.length === 0) return;
    const kept = await results.keep(plan.identity, fresh);
    if (state.plan !== plan) return;
    refused = !kept;
    if (!refused) return;
    for (const { run } of fresh) if (state.rows[run]) unkept.add(run);
    if (keeping === 0) keeping = window.setTimeout(keep, TRY_AGAIN);
  }

  /** @param {Row} row */
  function trace(row) {
    if (!library?.ready() || !state.plan || state.plan.textless || "new_ngrams_3" in row.numbers) return;
    questions += 1;
    asked.set(questions, { plan: state.plan, run: row.run });
    library.trace({ id: questions, text: row.text, tokens: row.tokens, numbers: row.numbers });
  }

  return {
    state: () => state,
    /** Whether the browser keeps what is written. */
    keeps: () => !refused,
    /** How many workers there are at most. */
    size: pool.size,
    /**
     * Turns to a plan, with what is kept of it.
     * @param {Plan} plan
     */
    async open(plan) {
      if (state.plan?.identity === plan.identity) return;
      pool.cancel();
      // What it keeps is settled at once; the plan may change while it is written.
      void keep();
      refused = false;
      become({ plan, rows: Array.from({ length: plan.total }, () => null), written: 0, kept: 0, opening: true });
      const kept = await results.rows(plan.identity);
      if (state.plan !== plan) return;
      const rows = Array.from({ length: plan.total }, () => /** @type {Row | null} */ (null));
      for (const row of kept) if (row.run < plan.total) rows[row.run] = row;
      const there = rows.filter((row) => row !== null).length;
      become({ rows, written: there, kept: there, opening: false });
      for (const row of rows) if (row) trace(row);
    },
    /** Turns away from the plan; what is written of it stays. */
    leave() {
      void keep();
      pool.cancel();
      become({ plan: null, rows: [], written: 0, kept: 0, opening: false });
    },
    /** Writes what is not written yet. */
    start() {
      const { plan, rows } = state;
      if (!plan || state.opening) return;
      void results.keep(plan.identity, []);
      void results.prune();
      pool.start({
        total: plan.total,
        done: (run) => rows[run] !== null,
        model: nameOf(plan.model),
        request: plan.request,
        oneByOne: plan.oneByOne ?? false,
      });
    },
    pause: pool.pause,
    resume: pool.resume,
    /** Gives up what is not written yet; what is written stays. */
    cancel() {
      pool.cancel();
      void keep();
    },
    /** Forgets all stories of the plan. */
    async clear() {
      pool.cancel();
      const { plan } = state;
      clearTimeout(keeping);
      keeping = 0;
      unkept = new Set();
      become({ rows: state.rows.map(() => null), written: 0, kept: 0 });
      if (plan) await results.drop(plan.identity);
    },
    /**
     * The library can be asked from now on.
     * @param {LibraryClient} client
     */
    useLibrary(client) {
      library = client;
      for (const row of state.rows) if (row) trace(row);
    },
    /** @param {TracedMessage} message */
    onTraced({ id, numbers, percentiles }) {
      const about = asked.get(id);
      asked.delete(id);
      const row = about && about.plan === state.plan ? state.rows[about.run] : null;
      if (!row) return;
      const merged = mergeNumbers(row, { numbers, percentiles });
      take({ ...row, numbers: sorted(merged.numbers), percentiles: sorted(merged.percentiles) });
      become({});
    },
  };
}

/**
 * By name, as the command line writes them.
 * @template Value
 * @param {Record<string, Value>} named
 */
function sorted(named) {
  return Object.fromEntries(Object.entries(named).sort(([one], [other]) => (one < other ? -1 : 1)));
}
