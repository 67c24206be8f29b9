// What the reader does with the stories of their own: name, star, rate, delete, export and import them.
import { download } from "../parts/download.js";
import { toCsv } from "./csv.js";
import { fromJson, toJson, withStories } from "./exchange.js";
import { isInAddressBar, leaveAddressBar } from "./address-bar.js";
import { keptStory } from "./story-format.js";

/**
 * @import { Archive } from "./archive.js"
 * @import { Entry, Kept, Store } from "./state.js"
 */

/** What an import did, for the reader. @typedef {{ added: Entry[], skipped: number, problems: string[], refused: string | null }} Imported */

/**
 * @param {object} options
 * @param {Store} options.store
 * @param {Archive} options.archive
 * @param {(entry: Entry, undo: () => void) => void} options.onRemoved
 * @param {(imported: Imported) => void} options.onImported
 */
export function createShelf({ store, archive, onRemoved, onImported }) {
  const own = () => store.get().entries.filter((entry) => entry.origin === "own");
  const fileName = (/** @type {string} */ ending) =>
    `fabula-stories-${new Date().toISOString().slice(0, 10)}.${ending}`;

  /**
   * Takes entries away, and everything on the page that points at them.
   * @param {(entry: Entry) => boolean} goes
   */
  function drop(goes) {
    const { entries, shown, pinned, brushed } = store.get();
    const gone = new Set(entries.filter(goes).map((entry) => entry.key));
    const left = entries.filter((entry) => !gone.has(entry.key));
    const next = left.findLast((entry) => entry.origin === "own") ?? left[0];
    if (entries.some(({ key, record }) => gone.has(key) && isInAddressBar(record.link))) leaveAddressBar();
    const kept = [...(brushed ?? [])].filter((key) => !gone.has(key));
    store.update({
      entries: left,
      ...(shown !== null && gone.has(shown) ? { shown: next?.key ?? null, position: null } : {}),
      ...(pinned !== null && gone.has(pinned) ? { pinned: null } : {}),
      ...(brushed !== null && kept.length < brushed.size ? { brushed: kept.length > 0 ? new Set(kept) : null } : {}),
    });
  }

  return {
    /**
     * Changes what the reader adds to a story: its name, star or value.
     * @param {string} key
     * @param {Partial<Pick<Kept, "name" | "starred" | "rating">>} change
     */
    edit(key, change) {
      store.update({
        entries: store.get().entries.map((entry) => (entry.key === key ? { ...entry, ...change } : entry)),
      });
    },

    /** @param {string} key */
    remove(key) {
      const { entries } = store.get();
      const place = entries.findIndex((entry) => entry.key === key);
      const entry = entries[place];
      if (!entry) return;
      drop((one) => one === entry);
      onRemoved(entry, () => {
        const now = store.get().entries;
        if (!now.some((one) => one.key === key))
          store.update({ entries: [...now.slice(0, place), { ...entry, finished: true }, ...now.slice(place)] });
      });
    },

    async removeAll() {
      drop((entry) => entry.origin === "own");
      await archive.clear();
    },

    exportJson: () => download(fileName("json"), "application/json", toJson(own().map(keptStory))),
    exportCsv: () => download(fileName("csv"), "text/csv", toCsv(own().map(keptStory))),

    /** @param {Blob} file */
    async importFile(file) {
      const { stories, problems, refused } = await fromJson(file, store.get().limits);
      await archive.restored;
      const { entries, added, skipped } = withStories(store.get().entries, stories);
      if (added.length > 0) store.update({ entries });
      onImported({ added, skipped, problems, refused });
    },
  };
}
