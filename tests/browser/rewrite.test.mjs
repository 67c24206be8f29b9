// In the browser: the stories that are written while a control moves are those that are written for themselves.
import assert from "node:assert/strict";
import { test } from "node:test";
import { house, visit } from "./support.mjs";

const shared = house();

/** Starts a worker of the test's own in the page, with the default model, that answers one request after another. */
async function begin() {
  const worker = new Worker(new URL("www/worker.js", document.baseURI), { type: "module" });
  let heard = () => {};
  worker.addEventListener("message", ({ data }) => heard(data));
  const hear = (...types) =>
    new Promise((resolve, refuse) => {
      heard = (message) => {
        if (types.includes(message.type)) resolve(message);
        else if (message.type === "error") refuse(new Error(message.message));
      };
    });
  const post = (message) => worker.postMessage(message);
  await hear("hello");
  post({ type: "load", manifest_url: new URL("models/index.json", document.baseURI).href, model: null });
  await hear("ready");
  let id = 0;
  globalThis.ask = (message, answer) => {
    id += 1;
    post({ id, ...message });
    return hear(answer);
  };
}

test("a rewrite is the story that its link gives, whatever was written before", async (t) => {
  const page = await visit(t, shared);
  await page.evaluate(begin);
  const differing = await page.evaluate(async () => {
    const settings = { prompt: "The little robot was alone", top_p: 0.95, seed: 7, length: 60, rules: 2 };
    const temperatures = [0.8, 0.85, 0.9, 0.85, 0.8, 0, 1.5];
    const chains = [{}, { mirostat_tau: 4 }, { dry_multiplier: 0.8 }];
    const known = (message) =>
      JSON.stringify([
        message.settings,
        message.token_ids,
        message.surprisal_bits,
        message.numbers,
        message.link,
        message.digest,
      ]);
    const written = new Map();
    const earlier = ["Once there was a robot."];
    const all = chains.flatMap((options) => temperatures.map((temperature) => ({ ...settings, temperature, options })));
    for (const one of all) {
      const key = JSON.stringify(one);
      if (!written.has(key))
        written.set(key, known(await globalThis.ask({ type: "generate", settings: one, earlier }, "done")));
    }
    const different = [];
    for (const one of all) {
      const rewritten = await globalThis.ask({ type: "rewrite", settings: one }, "rewritten");
      if (known(rewritten) !== written.get(JSON.stringify(one))) different.push(one);
    }
    return { different, stories: written.size };
  });
  assert.deepEqual(differing, { different: [], stories: 15 });
});

test("while a slider moves, the common beginning of two stories is computed once", async (t) => {
  const page = await visit(t, shared);
  await page.evaluate(begin);
  const { tokens, computed, seconds } = await page.evaluate(async () => {
    const settings = {
      prompt: "Once upon a time, a small fox found a door in the snow.",
      top_p: 0.95,
      seed: 42,
      length: 160,
      rules: 2,
    };
    const all = { tokens: 0, computed: 0, seconds: 0 };
    for (let step = 0; step < 40; step += 1) {
      const start = performance.now();
      const story = await globalThis.ask(
        { type: "rewrite", settings: { ...settings, temperature: 0.5 + step / 50 }, earlier: step ? null : [] },
        "rewritten",
      );
      // The first ones are written while the browser still compiles the engine.
      if (step < 8) continue;
      all.seconds += (performance.now() - start) / 1000;
      all.tokens += story.token_ids.length;
      all.computed += story.computed;
    }
    return all;
  });
  t.diagnostic(`${(32 / seconds).toFixed(1)} stories a second, ${tokens} tokens, of which ${computed} were computed`);
  assert.ok(computed < tokens, "common beginnings are not computed again");
});
