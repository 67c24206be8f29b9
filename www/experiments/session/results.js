// Rows of experiments, kept in the browser's database under what decides them: reloading the page loses nothing.
import { StorageProblem, openDatabase, told } from "../../session/storage.js";

/**
 * @import { IDBPDatabase } from "idb"
 * @import { Row } from "../../protocol.js"
 */

const NAME = "fabula-experiments";
const VERSION = 1;
const RUNS = "experiments";
const ROWS = "rows";
/** Experiments that are kept; the oldest go first. */
const MOST = 20;

/** @typedef {ReturnType<typeof createResults>} Results */

/**
 * @param {object} options
 * @param {(problem: string) => void} options.onLost  rows are not kept, and why; told once, as long as it is so
 * @param {() => void} options.onKept  after that: they are, all the same
 */
export function createResults({ onLost, onKept }) {
  /** @type {Promise<IDBPDatabase | null>} */
  const opening = openDatabase({
    name: NAME,
    version: VERSION,
    upgrade(database) {
      database.createObjectStore(RUNS, { keyPath: "identity" });
      database.createObjectStore(ROWS, { keyPath: ["identity", "row.run"] });
    },
    onLost: (problem) => onLost(problem.message),
  }).catch((error) => {
    lose(error);
    return null;
  });
  /** Whether it was told that something is not kept. */
  let complained = false;

  /** @param {unknown} error */
  function lose(error) {
    if (complained) return;
    complained = true;
    onLost(error instanceof StorageProblem ? error.message : String(error));
  }

  /** @param {string} identity */
  const rowsOf = (identity) => IDBKeyRange.bound([identity], [identity, []]);

  /**
   * @template Result
   * @param {(database: IDBPDatabase) => Promise<Result>} task
   * @param {Result} otherwise  where nothing can be kept
   */
  async function attempt(task, otherwise) {
    const database = await opening;
    if (!database) return otherwise;
    try {
      return await told(task(database));
    } catch (error) {
      lose(error);
      return otherwise;
    }
  }

  return {
    /**
     * The rows that are kept under an identity, as they are found.
     * @param {string} identity
     * @returns {Promise<Row[]>}
     */
    rows: (identity) =>
      attempt(async (database) => {
        const found = await database.getAll(ROWS, rowsOf(identity));
        return found.map(({ row }) => row);
      }, /** @type {Row[]} */ ([])),
    /**
     * Whether the rows are kept now.
     * @param {string} identity
     * @param {Row[]} rows
     */
    keep: (identity, rows) =>
      attempt(async (database) => {
        const transaction = database.transaction([RUNS, ROWS], "readwrite");
        const requests = rows.map((row) => transaction.objectStore(ROWS).put({ identity, row }));
        await Promise.all([
          ...requests,
          transaction.objectStore(RUNS).put({ identity, used: Date.now() }),
          transaction.done,
        ]);
        if (complained && rows.length > 0) {
          complained = false;
          onKept();
        }
        return true;
      }, false),
    /** @param {string} identity */
    drop: (identity) =>
      attempt(async (database) => {
        const transaction = database.transaction([RUNS, ROWS], "readwrite");
        await Promise.all([
          transaction.objectStore(ROWS).delete(rowsOf(identity)),
          transaction.objectStore(RUNS).delete(identity),
          transaction.done,
        ]);
      }, undefined),
    /**
     * The identity that was worked on last; null where there is none.
     * @param {string | null} experiment  by its name; null for any
     * @returns {Promise<string | null>}
     */
    latest: (experiment) =>
      attempt(async (database) => {
        const all = (await database.getAll(RUNS)).filter(
          ({ identity }) => experiment === null || nameIn(identity) === experiment,
        );
        return all.toSorted((one, other) => other.used - one.used)[0]?.identity ?? null;
      }, /** @type {string | null} */ (null)),
    /** Drops the oldest experiments beyond those that are kept. */
    prune: () =>
      attempt(async (database) => {
        const old = (await database.getAll(RUNS)).toSorted((one, other) => other.used - one.used).slice(MOST);
        for (const { identity } of old) {
          await database.delete(ROWS, rowsOf(identity));
          await database.delete(RUNS, identity);
        }
      }, undefined),
  };
}

/**
 * The name of the experiment that an identity was made by; "" where it tells none.
 * @param {string} identity
 */
export function nameIn(identity) {
  try {
    return String(JSON.parse(identity).e ?? "");
  } catch {
    return "";
  }
}
