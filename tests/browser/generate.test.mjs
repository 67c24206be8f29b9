import assert from "node:assert/strict";
import { test } from "node:test";
import { choose, count, enabled, find, generate, parts, press, ready, said, settle, story } from "./reader.mjs";
import { house, visit } from "./support.mjs";

const shared = house();
const settings = { prompt: "Once there was a fox who", temperature: 0.8, top_p: 0.95, seed: 42, length: 48 };

test("a story streams token by token and ends at its length", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const done = await generate(page, settings);
  assert.equal(done.token_ids.length, 48);
  assert.equal(done.token_ids.length, done.surprisal_bits.length);
  assert.ok((await count(page, "token")) >= 48, "the tokens came one by one");
  const shown = await story(page);
  assert.ok(shown.includes(settings.prompt), "the prompt is shown");
  assert.ok(shown.includes(done.text.trim()), "the story is shown");
  assert.equal(await enabled(page, "Generate"), true);
});

test("Stop ends a story early, and the next one can begin", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  // So hot that the model does not end the story itself; and pressed from inside the page, since a whole story may be
  // written while this process reaches for the button.
  await choose(page, { ...settings, temperature: 2, top_p: 1, length: 512 });
  const stop = await find(page, "button", "Stop");
  const pressed = page.evaluate((button) => new Promise((resolve) => {
    const look = () => {
      if (globalThis.said.filter((message) => message.type === "token").length < 3) return setTimeout(look, 1);
      button.click();
      return resolve();
    };
    look();
  }), stop);
  await press(page, "Generate");
  await pressed;
  const done = await said(page, "done");
  assert.equal(done.ended, "stopped");
  assert.ok(done.token_ids.length < 512, `${done.token_ids.length} tokens`);
  const arrived = await count(page, "token");
  await settle(page);
  assert.equal(await count(page, "token"), arrived, "nothing comes after the end");
  assert.equal(await enabled(page, "Generate"), true);
  const next = await generate(page, { length: 8 });
  assert.equal(next.token_ids.length, 8);
});

test("same settings, same story; other settings, other story", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const first = await generate(page, settings);
  const again = await generate(page, settings);
  assert.deepEqual(again.token_ids, first.token_ids);
  assert.equal(again.text, first.text);
  assert.equal(again.digest, first.digest);
  const seed = await generate(page, { ...settings, seed: 43 });
  assert.notEqual(seed.text, first.text);
  const hot = await generate(page, { ...settings, temperature: 1.5 });
  assert.notEqual(hot.text, first.text);
  const narrow = await generate(page, { ...settings, temperature: 1.5, top_p: 0.1 });
  assert.notEqual(narrow.text, hot.text);
});

test("temperature 0 is greedy: the seed does not matter", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const one = await generate(page, { ...settings, temperature: 0, seed: 1 });
  const two = await generate(page, { ...settings, temperature: 0, seed: 2 });
  assert.deepEqual(two.token_ids, one.token_ids);
});

test("a slider moved while a story streams applies to the next one", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await choose(page, { ...settings, length: 256 });
  await press(page, "Generate");
  await said(page, "token", 3);
  await choose(page, { temperature: 1.2 });
  await press(page, "Stop");
  const done = await said(page, "done");
  assert.equal(done.settings.temperature, 0.8);
  const next = await generate(page, { length: 8 });
  assert.equal(next.settings.temperature, 1.2);
});

test("New seed changes the seed", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const first = await generate(page, { ...settings, length: 8 });
  await press(page, "New seed");
  const next = await generate(page);
  assert.notEqual(next.settings.seed, first.settings.seed);
});

test("metrics show numbers, and change with the story", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await generate(page, settings);
  for (const name of ["Novelty", "Coherence"]) {
    const numbers = await parts(page, name);
    assert.ok(numbers.length >= 2, name);
    for (const number of numbers) assert.match(number, /\d/, name);
  }
  const before = await parts(page, "Coherence");
  const second = await generate(page, { ...settings, seed: 7, temperature: 1.6 });
  assert.notDeepEqual(await parts(page, "Coherence"), before);
  const { session_novelty: novelty, distinct_1: distinct, perplexity } = second.metrics;
  assert.ok(novelty > 0 && novelty <= 1 && distinct > 0 && distinct <= 1 && perplexity > 1);
});
