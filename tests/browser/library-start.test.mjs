// Without a browser: where the library loads by itself, and when.
import assert from "node:assert/strict";
import { test } from "node:test";
import { atRest, loadsByItself } from "../../www/session/library-start.js";
import { createStore } from "../../www/session/store.js";

/** What the device says, and whether the library loads by itself: on a computer, on a phone. */
const TABLE = [
  [null, true, false],
  [{}, true, false],
  [{ saveData: true }, false, false],
  [{ saveData: true, effectiveType: "4g", type: "wifi", downlink: 10 }, false, false],
  [{ saveData: false, effectiveType: "4g", downlink: 10 }, true, true],
  [{ effectiveType: "4g", type: "wifi", downlink: 10 }, true, true],
  [{ effectiveType: "4g", type: "wifi", downlink: 5 }, true, true],
  [{ effectiveType: "4g", type: "unknown", downlink: 5 }, true, true],
  [{ effectiveType: "4g", type: "wifi", downlink: 4.9 }, true, false],
  [{ effectiveType: "4g", type: "wifi" }, true, false],
  [{ effectiveType: "4g", type: "cellular", downlink: 10 }, false, false],
  [{ effectiveType: "3g", type: "wifi", downlink: 10 }, true, false],
  [{ effectiveType: "2g", downlink: 0.1 }, false, false],
  [{ effectiveType: "slow-2g" }, false, false],
];

for (const [connection, computer, phone] of TABLE) {
  test(`connection ${JSON.stringify(connection)}: computer ${computer}, phone ${phone}`, () => {
    assert.equal(loadsByItself({ connection, isPhone: false }), computer);
    assert.equal(loadsByItself({ connection, isPhone: true }), phone);
  });
}

test("it waits for the story that is asked for and the one that is written", async () => {
  const store = createStore({ queued: { settings: null }, writing: null });
  let rests = false;
  const rest = atRest(store).then(() => (rests = true));
  const soon = () => new Promise((resolve) => setTimeout(resolve, 5));
  await soon();
  store.update({ queued: null, writing: { id: 1 } });
  await soon();
  assert.equal(rests, false);
  store.update({ writing: null });
  await rest;
});
