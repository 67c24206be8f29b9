// How long the worker of the experiments may compute before it counts as silent. No browser: a worker that never answers, and a clock of
// the test's own.
import assert from "node:assert/strict";
import { test } from "node:test";

/** An analyst, and how many seconds pass until it reports that nothing has been heard of a question. */
async function secondsUntilSilence(t, type, question) {
  globalThis.CSS = { supports: () => true };
  globalThis.document = { baseURI: "http://localhost/" };
  globalThis.Worker = class extends EventTarget {
    postMessage() {}
    terminate() {}
    constructor() {
      super();
      queueMicrotask(() => this.dispatchEvent(new MessageEvent("message", { data: { type: "hello" } })));
    }
  };
  t.after(() => {
    for (const name of ["CSS", "Worker", "document"]) delete globalThis[name];
  });
  /** What the page does every second. @type {(() => void)[]} */
  const everySecond = [];
  t.mock.method(globalThis, "setInterval", (work, delay) => {
    assert.equal(delay, 1000);
    return everySecond.push(work);
  });
  const { createAnalyst } = await import("../../www/experiments/session/analyst.js");
  let failed = false;
  const analyst = createAnalyst({ onFailed: () => (failed = true), onGone: () => (failed = true), onBack() {} });
  analyst.start();
  await analyst.hello;
  analyst.ask(type, question).catch(() => undefined);
  let seconds = 0;
  for (; !failed && seconds < 3600; seconds += 1) {
    for (const work of everySecond) work();
    await Promise.resolve();
  }
  return seconds;
}

test("a question about few stories counts as unanswered after a minute", async (t) => {
  const seconds = await secondsUntilSilence(t, "analyse", {
    grid: {},
    metric: "coherence",
    values: [1, 2],
    written: 2,
  });
  assert.ok(seconds >= 60 && seconds < 65, `${seconds} s`);
});

// 10,000 stories of one metric take 16 s on two cores of a server. A slow phone takes ten times as long and more.
for (const [type, question] of Object.entries({
  analyse: { grid: {}, metric: "coherence", values: Array(10_000).fill(0.5), written: 10_000 },
  analyse_judgements: { protocol: {}, outcomes: Array(10_000).fill({}) },
  write_rows: { rows: Array(10_000).fill({}) },
})) {
  test(`${type}: ten thousand stories get minutes`, async (t) => {
    const seconds = await secondsUntilSilence(t, type, question);
    assert.ok(seconds >= 300 && seconds < 600, `${seconds} s`);
  });
}
