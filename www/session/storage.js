// The browser's database with the reader's stories. It may be missing, full, forbidden, or held by another tab.
import { openDB } from "../vendor/idb.js";

/**
 * @import { IDBPDatabase } from "idb"
 * @import { KeptStory } from "./story-format.js"
 */

const NAME = "fabula";
const VERSION = 1;
const STORIES = "stories";
/** How long the browser may take to open it before the page goes on without: slow machines that load a model meanwhile need seconds. */
const PATIENCE = 15_000;

/** @typedef {ReturnType<typeof storageIn>} Storage */

/** What went wrong, in words for the reader. */
export class StorageProblem extends Error {}

/**
 * Opens a database, or fails with a {@link StorageProblem}.
 * @param {object} options
 * @param {string} options.name
 * @param {number} options.version
 * @param {(database: IDBPDatabase) => void} options.upgrade  makes what a new one holds
 * @param {(problem: StorageProblem) => void} options.onLost  it was there, and is so no more
 * @param {(database: IDBPDatabase) => void} [options.onLate]  it opens after all, when this has failed already; it is closed if nobody takes it
 * @returns {Promise<IDBPDatabase>}
 */
export async function openDatabase({ name, version, upgrade, onLost, onLate }) {
  let late = false;
  /** @type {(problem: StorageProblem) => void} */
  let giveUp = () => undefined;
  const patience = new Promise((_, reject) => {
    giveUp = reject;
    setTimeout(() => reject(new StorageProblem("The browser’s storage does not answer.")), PATIENCE);
  });
  const opening = open();
  void opening.then(
    (database) => {
      // One that nobody uses would hold up other tabs.
      if (late) onLate ? onLate(database) : database.close();
    },
    () => undefined,
  );

  /** @returns {Promise<IDBPDatabase>} */
  async function open() {
    try {
      return await openDB(name, version, {
        upgrade,
        blocked: () =>
          giveUp(
            new StorageProblem(
              "Another tab holds the stories with an older version of this page. Close it and reload this one.",
            ),
          ),
        blocking(_current, _wanted, event) {
          /** @type {IDBDatabase} */ (event.target).close();
          onLost(new StorageProblem("Another tab has opened a newer version of this page. Reload this one."));
        },
        terminated: () => onLost(new StorageProblem("The browser has closed its storage. Reload the page.")),
      });
    } catch (error) {
      throw problemOf(error);
    }
  }

  try {
    return /** @type {IDBPDatabase} */ (await Promise.race([opening, patience]));
  } catch (error) {
    late = true;
    throw error;
  }
}

/**
 * Opens the database of the stories, or fails with a {@link StorageProblem}.
 * @param {object} options
 * @param {(problem: StorageProblem) => void} options.onLost  it was there, and is so no more
 * @param {(storage: Storage) => void} [options.onLate]  it opens after all, when this has failed already
 */
export async function openStorage({ onLost, onLate }) {
  const upgrade = (/** @type {IDBPDatabase} */ database) =>
    void database.createObjectStore(STORIES, { keyPath: "key" });
  return storageIn(
    await openDatabase({
      name: NAME,
      version: VERSION,
      upgrade,
      onLost,
      ...(onLate ? { onLate: (/** @type {IDBPDatabase} */ database) => onLate(storageIn(database)) } : {}),
    }),
  );
}

/** @param {IDBPDatabase} database */
function storageIn(database) {
  return {
    /** Everything that is kept, as it is found. @returns {Promise<unknown[]>} */
    all: () => told(database.getAll(STORIES)),
    /**
     * Keeps and drops stories: all of them, or none.
     * @param {KeptStory[]} stories
     * @param {string[]} dropped  their keys
     */
    async write(stories, dropped) {
      await told(
        (async () => {
          const transaction = database.transaction(STORIES, "readwrite");
          const requests = [
            ...stories.map((story) => transaction.store.put(story)),
            ...dropped.map((key) => transaction.store.delete(key)),
          ];
          await Promise.all([...requests, transaction.done]);
        })(),
      );
    },
    /** Drops everything, what could not be read included. */
    clear: () => told(database.clear(STORIES)),
  };
}

/**
 * What a database gives, or a {@link StorageProblem}.
 * @template Result
 * @param {Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function told(work) {
  try {
    return await work;
  } catch (error) {
    throw problemOf(error);
  }
}

/** @param {unknown} error */
function problemOf(error) {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (name === "VersionError")
    return new StorageProblem("A newer version of this page has been open in this browser. Reload this one.");
  if (name === "QuotaExceededError") return new StorageProblem("The browser’s storage is full.");
  return new StorageProblem("This browser does not let the page store anything, as in some private windows.");
}
