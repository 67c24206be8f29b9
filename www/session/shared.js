// Whether the story on the page came by a link from elsewhere, so that the page can say what to do with it.
import { sameSettings, shownEntry } from "./state.js";

/** @import { State, Store } from "./state.js" */

/**
 * @param {Store} store
 * @param {(isShared: boolean) => void} onChange  now, and whenever it has changed
 */
export function watchShared(store, onChange) {
  let isShared = false;
  /** The story that came, once it is written. @type {string | null} */
  let key = null;
  onChange(isShared);
  store.select(
    ({ writing, shown }) => ({ writing, shown }),
    ({ writing, shown }, before) => {
      const was = isShared;
      if (writing) {
        isShared = writing.expectation !== null && !isKnown(store.get(), writing.settings);
        key = null;
      } else if (before.writing) {
        isShared &&= shownEntry(store.get())?.origin === "own";
        key = shown;
      } else if (shown !== key) isShared = false;
      if (isShared !== was) onChange(isShared);
    },
  );
}

/**
 * The reader's own address bar has the link of the story, which a reload follows. That story is here already.
 * @param {State} state
 * @param {import("../protocol.js").Settings} settings
 */
const isKnown = ({ entries }, settings) =>
  entries.some(({ origin, record }) => origin === "own" && sameSettings(record.settings, settings));
