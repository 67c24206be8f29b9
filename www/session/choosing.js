// What the reader looks at: the story shown, the place in it, the story it is compared with, those brushed on the map.
import { showInAddressBar } from "./address-bar.js";
import { entryName } from "./state.js";

/**
 * @import { Settings } from "../protocol.js"
 * @import { Entry, Store } from "./state.js"
 */

/**
 * @param {object} options
 * @param {Store} options.store
 * @param {(settings: Settings) => void} options.writeSettings  into the form
 * @param {() => void} options.onChoosing  the form is about to get a story's settings
 * @param {(entry: Entry) => void} options.onChosen
 * @param {(entry: Entry) => void} options.onPinned  the story shown next is to stand beside this one
 * @param {() => void} options.onBusy  another story is being written
 * @param {(text: string) => void} options.announce
 */
export function createChoosing({ store, writeSettings, onChoosing, onChosen, onPinned, onBusy, announce }) {
  return {
    /**
     * Shows a story again, with its settings and its link.
     * @param {string} key
     */
    choose(key) {
      const { entries, writing } = store.get();
      const entry = entries.find((candidate) => candidate.key === key);
      if (!entry) return;
      if (writing) return onBusy();
      onChoosing();
      store.update({ shown: key, position: null });
      writeSettings(entry.record.settings);
      showInAddressBar(entry.record.link);
      announce(
        `${entryName(entry)} is shown, with its settings${entry.record.settings.forced ? ", but for the words put in by hand" : ""}.`,
      );
      onChosen(entry);
    },

    /**
     * The place in the shown story that is looked at; null for its end.
     * @param {number | null} position
     */
    setPosition(position) {
      if (position !== store.get().position) store.update({ position });
    },

    /**
     * The story that others are compared with; null for none.
     * @param {string | null} key
     */
    pin(key) {
      const { entries, pinned } = store.get();
      const entry = entries.find((candidate) => candidate.key === key);
      if ((entry?.key ?? null) === pinned) return;
      store.update({ pinned: entry?.key ?? null });
      if (entry) onPinned(entry);
      else announce("Nothing is compared any more.");
    },

    /**
     * The stories brushed on the map; null for none.
     * @param {ReadonlySet<string> | null} keys
     */
    setBrush(keys) {
      store.update({ brushed: keys !== null && keys.size > 0 ? keys : null });
    },
  };
}
