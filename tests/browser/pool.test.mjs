// The workers of the page of experiments: started as often as it makes sense, replaced when they die, given up when none will do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SMALL, fillForm, finish, formed, reaches } from "./experiments.mjs";
import { alerts, find, press, until } from "./reader.mjs";
import { house, serve, visit } from "./support.mjs";

const shared = house();
const network = /Failed to load resource|net::ERR|404/;

/** Counts the workers that the page starts, and lets a test look at them. */
const counting = (page) =>
  page.evaluateOnNewDocument(() => {
    globalThis.workers = [];
    globalThis.Worker = class extends Worker {
      constructor(...words) {
        super(...words);
        globalThis.workers.push(this);
      }
    };
  });
const started = (page) => page.evaluate(() => globalThis.workers.length);

for (const [what, faulty] of Object.entries({
  module: /^\/pkg\/.*\.wasm/,
  glue: /^\/pkg\/.*\.js/,
  "worker's script": /worker\.js/,
})) {
  test(`a ${what} that is not there is asked for a few times, told, and found once it is back`, async (t) => {
    const server = await serve(t);
    Object.assign(server, { fault: "missing", faulty });
    const page = await visit(
      t,
      { ...shared, server },
      { query: "experiments.html", before: counting, expected: network },
    );
    await find(page, "button", "Retry");
    const attempts = await started(page);
    assert.equal(attempts, 3);
    // Nothing goes on behind the reader's back.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.equal(await started(page), attempts);
    assert.match((await alerts(page)).join(" "), /could not|stopped/);
    await press(page, "Retry");
    await until(page, "as many again", (n) => globalThis.workers.length === 2 * n, attempts);
    const again = await find(page, "button", "Retry");
    server.fault = "";
    await again.click();
    await formed(page);
    assert.deepEqual(await alerts(page), []);
    await fillForm(page, SMALL);
    await finish(page);
  });
}

test("a worker that the browser closes is replaced, and its stories are written all the same", async (t) => {
  const page = await visit(t, shared, { query: "experiments.html?patience=1", before: counting });
  await formed(page);
  await fillForm(page, { ...SMALL, seeds: 8, length: 64 });
  await press(page, "Run");
  await reaches(page, "[1-9]\\d* of");
  // Ended without a word, as by a browser that wants its memory back. The first worker is the analyst.
  await page.evaluate(() => globalThis.workers.slice(1, 2).forEach((worker) => worker.terminate()));
  await reaches(page, "All .* written");
  assert.deepEqual(await alerts(page), []);
});

test("an analyst that the browser closes is replaced", async (t) => {
  const page = await visit(t, shared, { query: "experiments.html?patience=1", before: counting });
  await formed(page);
  await page.evaluate(() => globalThis.workers.forEach((worker) => worker.terminate()));
  await fillForm(page, { first: "0.4,1.1" });
  await until(page, "what happened", () => /has not answered for 1 second/.test(document.body.innerText));
  await fillForm(page, SMALL);
  await finish(page);
});

test("a server that stops in the middle of the model is told, and Resume goes on", async (t) => {
  const server = await serve(t);
  const page = await visit(t, { ...shared, server }, { query: "experiments.html?patience=1", expected: network });
  await formed(page);
  await fillForm(page, SMALL);
  server.fault = "hang";
  await press(page, "Run");
  await until(page, "what happened", () => /The server has sent nothing for 1 second/.test(document.body.innerText));
  server.fault = "";
  await press(page, "Run");
  await reaches(page, "All .* written");
});
