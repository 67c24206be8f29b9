// Silence is told: a server that stops in the middle of a file, a worker that the browser closes while something is waited for.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  alerts,
  choose,
  count,
  enabled,
  find,
  generate,
  openParts,
  press,
  ready,
  said,
  sees,
  settle,
  until,
} from "./reader.mjs";
import { formed } from "./experiments.mjs";
import { house, serve, visit } from "./support.mjs";

const shared = house();
const network = /Failed to load resource|net::ERR/;
const query = "?patience=1";

/** Lets a test end the engine's worker without a word, as a browser does that wants its memory back. */
const keeping = (page) =>
  page.evaluateOnNewDocument(() => {
    globalThis.Worker = class extends Worker {
      constructor(url, options) {
        super(url, options);
        if (options.name === "fabula stories") globalThis.engine = this;
      }
    };
  });
const close = (page) => page.evaluate(() => globalThis.engine.terminate());
const long = { prompt: "The king", temperature: 0.8, top_p: 0.95, seed: 9, length: 400 };

/** Begins a long story, and closes its worker in the middle. */
async function broken(t) {
  const page = await visit(t, shared, { query, before: keeping });
  await ready(page);
  await choose(page, long);
  const closed = page.evaluate(
    () =>
      new Promise((resolve) => {
        globalThis.engine.addEventListener("message", function end({ data }) {
          if (data.type !== "tokens") return;
          globalThis.engine.removeEventListener("message", end);
          globalThis.engine.terminate();
          resolve();
        });
      }),
  );
  await press(page, "Generate");
  await closed;
  return page;
}

for (const [what, faulty] of Object.entries({
  "the model": /\.gguf(\?|$)/,
  "the engine's module": /^\/pkg\/.*\.wasm/,
  "the list of models": /models\/index\.json/,
})) {
  test(`a server that stops in the middle of ${what} is told, and Retry loads it`, async (t) => {
    const server = await serve(t);
    Object.assign(server, { fault: "hang", faulty });
    const page = await visit(t, { ...shared, server }, { query, expected: network });
    await find(page, "button", "Retry");
    assert.match((await alerts(page)).join(" "), /for 1 second|after 1 second/);
    server.fault = "";
    await press(page, "Retry");
    await ready(page);
    assert.deepEqual(await alerts(page), []);
  });
}

test("a server that goes on after all takes the message back", async (t) => {
  const page = await visit(
    t,
    shared,
    // A fetch that takes longer than the patience of the page.
    {
      query,
      before: (p) =>
        p.evaluateOnNewDocument(() => {
          globalThis.Worker = class extends Worker {
            constructor(...words) {
              super(...words);
              const post = this.postMessage;
              this.postMessage = (message) =>
                void setTimeout(() => post.call(this, message), message.type === "load" ? 3000 : 0);
            }
          };
        }),
    },
  );
  await find(page, "button", "Retry");
  await ready(page);
  assert.deepEqual(await alerts(page), []);
  assert.equal(await page.$("::-p-aria([name='Retry'])"), null);
});

test("a worker that is closed in the middle of a story: Start again writes the same story", async (t) => {
  const whole = await visit(t, shared);
  await ready(whole);
  const wanted = await generate(whole, long);

  const page = await broken(t);
  await find(page, "button", "Start again");
  assert.match((await alerts(page)).join(" "), /not answered for 1 second/);
  await press(page, "Start again");
  const done = await said(page, "done");
  assert.deepEqual([done.digest, done.settings], [wanted.digest, wanted.settings]);
  await settle(page);
  assert.deepEqual(await alerts(page), []);
});

test("a worker that is closed in the middle of a story: Stop ends it, and the next one can be written", async (t) => {
  const page = await broken(t);
  await press(page, "Stop");
  await until(page, "no writing", () => document.getElementById("stop").disabled);
  await until(page, "the engine again", () => document.querySelector('.loader[data-phase="ready"]') !== null);
  assert.equal(await count(page, "done"), 0, "the story that was stopped is not written");
  const done = await generate(page, { length: 8, seed: 3 });
  assert.equal(done.token_ids.length, 8);
});

test("a worker that is closed while nothing is asked of it is missed by the next question", async (t) => {
  const page = await visit(t, shared, { query, before: keeping });
  await ready(page);
  await generate(page, { length: 8 });
  await said(page, "measured");
  await settle(page);
  await close(page);
  await choose(page, { seed: 12 });
  await press(page, "Generate");
  await sees(page, "not answered for 1 second");
  await press(page, "Start again");
  assert.equal((await said(page, "done", 2)).settings.seed, 12);
  assert.ok(await enabled(page, "Generate"));
});

test("a list that comes slowly is not taken for silence", async (t) => {
  const server = await serve(t);
  Object.assign(server, { fault: "slow", faulty: /example\.json|models\/index\.json/ });
  const page = await visit(t, { ...shared, server }, { query: "?patience=2" });
  await openParts(page);
  await sees(page, "5 stories");
  await ready(page);
  assert.deepEqual(await alerts(page), []);
  const experiments = await visit(t, { ...shared, server }, { query: "experiments.html?patience=2" });
  await formed(experiments);
  assert.deepEqual(await alerts(experiments), []);
});

test("a library that the server stops sending is told, and can be asked for again", async (t) => {
  const server = await serve(t);
  const page = await visit(t, { ...shared, server }, { query, expected: network });
  await ready(page);
  Object.assign(server, { fault: "hang", faulty: /\.fabulib/ });
  await (await page.waitForSelector("::-p-text(Load the library)")).click();
  await sees(page, "The server has sent nothing for 1 second");
  server.fault = "";
  // To open it takes longer than this page has patience.
  await page.evaluate(() => history.replaceState(null, "", location.pathname));
  await press(page, "Try again");
  await said(page, "opened");
});

test("an adapter that the server stops sending is told", async (t) => {
  const server = await serve(t);
  const page = await visit(t, { ...shared, server }, { query, expected: network });
  await ready(page);
  Object.assign(server, { fault: "hang", faulty: /\.safetensors/ });
  const choice = await find(page, "combobox", "Adapter");
  await choice.select(await choice.$eval("option:nth-child(2)", (option) => option.value));
  await sees(page, "The server has sent nothing for 1 second");
});
