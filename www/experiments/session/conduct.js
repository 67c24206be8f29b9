// One experiment being carried out: what is to be written, what is written, and that none of it is lost. Knows nothing of what its
// stories are for.
import { nameOf } from "../../parts/names.js";
import { createPool } from "./pool.js";
import { mergeNumbers } from "../../session/state.js";
import { createStore } from "../../session/store.js";

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
 * work. `textless`: its rows are no stories, so that the library is not asked about them.
 * @typedef {{ identity: string, total: number, model: string, request: (id: number, runs: number[]) => ToExperiments, oneByOne?: boolean, textless?: boolean }} Plan
 *
 * `rows`: by run. `kept`: how many of them were there before, from an earlier visit.
 * @typedef {{ plan: Plan | null, rows: (Row | null)[], written: number, kept: number, pool: PoolState, opening: boolean }} Conducted
 */

/** @typedef {ReturnType<typeof createConduct>} Conduct */

/**
 * @param {object} options
 * @param {string} options.manifestUrl
 * @param {Results} options.results
 * @param {(message: string) => void} options.onFailed
 * @param {(message: ReadyMessage) => void} options.onReady
 */
export function createConduct({ manifestUrl, results, onFailed, onReady }) {
  /** @type {Conducted} */
  const initial = {
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
  const store = createStore(initial);
  /** Rows by run, and how many there are: ahead of the store, since the pool says right after a row how far it is. @type {(Row | null)[]} */
  let rows = [];
  let written = 0;
  /** @type {Set<number>} */
  let unkept = new Set();
  let keeping = 0;
  let refused = false;
  /** @type {LibraryClient | null} */
  let library = null;

  const pool = createPool({
    manifestUrl,
    onRow: take,
    onState(next) {
      const over = next.phase !== store.get().pool.phase && (next.phase === "done" || next.phase === "paused");
      become({ pool: next });
      if (over) void keep();
    },
    onFailed,
    onReady,
    novelty: async (text) => library?.novelty(text) ?? null,
  });

  /** @param {Partial<Conducted>} change */
  function become(change) {
    store.update({ rows: [...rows], written, ...change });
  }

  /**
   * Other rows are there.
   * @param {(Row | null)[]} next
   */
  function replace(next) {
    rows = next;
    written = next.filter((row) => row !== null).length;
  }

  /** @param {Row} row */
  function take(row) {
    if (rows[row.run] === null) written += 1;
    rows[row.run] = row;
    unkept.add(row.run);
    if (keeping === 0) keeping = window.setTimeout(keep, refused ? TRY_AGAIN : KEEP_EVERY);
    trace(row);
  }

  /** Writes what is new into the browser's database. */
  async function keep() {
    clearTimeout(keeping);
    keeping = 0;
    const { plan } = store.get();
    const fresh = [...unkept].flatMap((run) => rows[run] ?? []);
    unkept = new Set();
    if (!plan || fresh.length === 0) return;
    const kept = await results.keep(plan.identity, fresh);
    if (store.get().plan !== plan) return;
    refused = !kept;
    if (!refused) return;
    for (const { run } of fresh) if (rows[run]) unkept.add(run);
    if (keeping === 0) keeping = window.setTimeout(keep, TRY_AGAIN);
  }

  /** @param {Row} row */
  function trace(row) {
    const { plan } = store.get();
    if (!library?.ready() || !plan || plan.textless || "new_ngrams_3" in row.numbers) return;
    const question = { text: row.text, tokens: row.tokens, numbers: row.numbers };
    // Where the library has gone, it is asked again once it is open.
    library.trace(question).then(
      (found) => store.get().plan === plan && addTraced(row.run, found),
      () => undefined,
    );
  }

  /**
   * @param {number} run
   * @param {TracedMessage} found
   */
  function addTraced(run, found) {
    const row = rows[run];
    if (!row) return;
    const { numbers, percentiles } = mergeNumbers(row, found);
    take(Object.assign({}, row, { numbers: sorted(numbers), percentiles: sorted(percentiles) }));
    become({});
  }

  return {
    state: store.get,
    select: store.select,
    /** Whether the browser keeps what is written. */
    keeps: () => !refused,
    /** How many workers there are at most. */
    size: pool.size,
    /**
     * Turns to a plan, with what is kept of it.
     * @param {Plan} plan
     */
    async open(plan) {
      if (store.get().plan?.identity === plan.identity) return;
      pool.cancel();
      // What it keeps is settled at once; the plan may change while it is written.
      void keep();
      refused = false;
      replace(Array.from({ length: plan.total }, () => null));
      become({ plan, kept: 0, opening: true });
      const kept = await results.rows(plan.identity);
      if (store.get().plan !== plan) return;
      const found = Array.from({ length: plan.total }, () => /** @type {Row | null} */ (null));
      for (const row of kept) if (row.run < plan.total) found[row.run] = row;
      replace(found);
      become({ kept: written, opening: false });
      for (const row of rows) if (row) trace(row);
    },
    /** Turns away from the plan; what is written of it stays. */
    leave() {
      void keep();
      pool.cancel();
      replace([]);
      become({ plan: null, kept: 0, opening: false });
    },
    /** Writes what is not written yet. */
    start() {
      const { plan, opening } = store.get();
      if (!plan || opening) return;
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
      const { plan } = store.get();
      clearTimeout(keeping);
      keeping = 0;
      unkept = new Set();
      replace(rows.map(() => null));
      become({ kept: 0 });
      if (plan) await results.drop(plan.identity);
    },
    /**
     * The library can be asked from now on.
     * @param {LibraryClient} client
     */
    useLibrary(client) {
      library = client;
      for (const row of rows) if (row) trace(row);
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
