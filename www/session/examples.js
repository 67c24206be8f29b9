// The example stories that come with the page.
import { nothingKept } from "./state.js";
import { jsonOf, soon } from "./watch.js";

/**
 * @import { StoryRecord } from "../protocol.js"
 * @import { Entry, Store } from "./state.js"
 */

/**
 * Fetches the example stories into the store. Without them the page still works; the first story then has nothing to be
 * compared with.
 * @param {Store} store
 * @returns {Promise<Entry[]>}
 */
export async function loadExamples(store) {
  try {
    // The first story waits for them, but not for a server that is silent.
    const response = await soon(fetch(new URL("../example.json", import.meta.url)));
    if (!response.ok) return [];
    /** @type {StoryRecord[]} */
    const records = await jsonOf(response);
    const examples = records.map(
      /** @returns {Entry} */
      (record, index) => ({
        key: `example-${index + 1}`,
        number: index + 1,
        origin: "example",
        record,
        verdict: null,
        spans: null,
        finished: true,
        ...nothingKept,
      }),
    );
    store.update({ entries: [...examples, ...store.get().entries] });
    return examples;
  } catch {
    return [];
  }
}
