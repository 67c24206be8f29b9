import assert from "node:assert/strict";
import { test } from "node:test";
import {
  choose,
  count,
  dial,
  enabled,
  find,
  generate,
  meanwhile,
  openLibrary,
  parts,
  press,
  ready,
  said,
  sees,
  settle,
  story,
  tokensSaid,
  traced,
} from "./reader.mjs";
import { house, visit } from "./support.mjs";

const shared = house();
const settings = { prompt: "Once there was a fox who", temperature: 0.8, top_p: 0.95, seed: 42, length: 48 };

test("a story streams token by token and ends at its length", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const done = await generate(page, settings);
  assert.equal(done.token_ids.length, 48);
  assert.equal(done.token_ids.length, done.surprisal_bits.length);
  assert.equal(await tokensSaid(page), 48);
  assert.ok((await count(page, "tokens")) > 1, "the tokens did not wait for the end");
  const shown = await story(page);
  assert.ok(shown.includes(settings.prompt), "the prompt is shown");
  assert.ok(shown.includes(done.text.trim()), "the story is shown");
  assert.equal(await enabled(page, "Generate"), true);
});

test("Stop ends a story early, and the next one can begin", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  // So hot that the model does not end the story itself.
  await choose(page, { ...settings, temperature: 2, top_p: 1, length: 512 });
  const { acted } = await meanwhile(page, "button", "Stop", { tokens: 3 });
  await press(page, "Generate");
  await acted;
  const done = await said(page, "done");
  assert.equal(done.ended, "stopped");
  assert.ok(done.token_ids.length < 512, `${done.token_ids.length} tokens`);
  const arrived = await tokensSaid(page);
  assert.equal(arrived, done.token_ids.length);
  await settle(page);
  assert.equal(await tokensSaid(page), arrived, "nothing comes after the end");
  assert.equal(await enabled(page, "Generate"), true);
  const next = await generate(page, { length: 8 });
  assert.equal(next.token_ids.length, 8);
});

test("a slider moved while a story streams applies to the next one", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await choose(page, { ...settings, length: 256 });
  const { acted } = await meanwhile(page, "slider", "Temperature", { tokens: 3, value: 1.2 });
  await press(page, "Generate");
  await acted;
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
  await said(page, "measured");
  for (const name of ["Coherence", "Surprise"]) {
    const numbers = (await parts(page, name)).filter((text) => text !== "");
    assert.ok(numbers.filter((text) => /\d/.test(text)).length >= 6, `${name}: ${numbers}`);
  }
  const before = await parts(page, "Coherence");
  const second = await generate(page, { ...settings, seed: 7, temperature: 1.6 });
  assert.notDeepEqual(await parts(page, "Coherence"), before);
  const { session_novelty: novelty, distinct_1: distinct, perplexity } = second.numbers;
  assert.ok(novelty > 0 && novelty <= 1 && distinct > 0 && distinct <= 1 && perplexity > 1);
  assert.ok(second.percentiles.perplexity >= 0 && second.percentiles.perplexity <= 1);
});

test("a story asked for during the second reading is written, and can be stopped", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const first = await generate(page, { ...settings, temperature: 2, top_p: 1, length: 400 });
  const tokens = first.token_ids.length + 2;
  const { acted } = await meanwhile(page, "button", "Stop", { tokens });
  await press(page, "Generate");
  await acted;
  const second = await said(page, "done", 2);
  assert.equal(second.ended, "stopped");
  // The one that gave way is made up for.
  await said(page, "measured", 2);
  const measured = await page.evaluate(() => globalThis.said.filter((m) => m.type === "measured"));
  assert.deepEqual(new Set(measured.map(({ id }) => id)), new Set([first.id, second.id]));
  for (const { numbers } of measured) assert.equal(typeof numbers.relevance_bits, "number");
  assert.ok(!(await parts(page, "Coherence")).some((text) => text.includes("…")), "nothing is still awaited");
});

test("a dial says its value in words, and none stands at an end", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  for (const temperature of [0.2, 0.8, 1.4]) {
    const { numbers } = await generate(page, { ...settings, length: 96, temperature });
    const coherence = await dial(page, "Coherence");
    assert.ok(coherence.includes(Math.abs(numbers.coherence).toFixed(1)), `${coherence}: ${numbers.coherence}`);
    assert.match(coherence, /(breaks down|people write|stock phrases)\./i, "what it means");
    assert.equal((await page.$$(".dial-scale u:not([hidden])")).length, 3, "people's range is on every scale");
    const surprise = await dial(page, "Surprise");
    assert.match(surprise, /of the expected surprise|times the expected surprise/);
    const needles = await page.$$eval(".dial-scale i:not([hidden])", (all) =>
      all.map((needle) => Number(needle.style.getPropertyValue("--at"))),
    );
    assert.equal(needles.length, 2, "novelty waits for the library");
    for (const at of needles) assert.ok(at > 0.02 && at < 0.98, `a needle at ${at}`);
  }
});

test("numbers of other settings than the form's say so", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const isOld = () => page.$eval("#metrics", (metrics) => metrics.hasAttribute("data-old"));
  await generate(page, settings);
  assert.equal(await isOld(), false);
  await choose(page, { seed: 43 });
  assert.equal(await isOld(), true);
  await sees(page, "These numbers belong to the settings before");
  await generate(page);
  assert.equal(await isOld(), false);
});

test("Ctrl+Enter generates from anywhere on the page", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await choose(page, { ...settings, length: 8 });
  await (await find(page, "slider", "Top-p")).focus();
  await page.keyboard.down("Control");
  await page.keyboard.press("Enter");
  await page.keyboard.up("Control");
  assert.equal((await said(page, "done")).token_ids.length, 8);
});

test("gibberish does not win: as temperature rises, coherence falls and novelty rises", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await openLibrary(page);
  const mean = async (temperature) => {
    const sums = { coherence: 0, new_ngrams_3: 0, creative_region: 0 };
    for (const seed of [1, 2, 3]) {
      const { text, numbers } = await generate(page, { ...settings, length: 96, top_p: 1, temperature, seed });
      const done = { ...numbers, ...(await traced(page, text)).numbers };
      for (const name of Object.keys(sums)) sums[name] += done[name] / 3;
    }
    return sums;
  };
  const [cold, warm, hot] = [await mean(0.4), await mean(1), await mean(2)];
  assert.ok(hot.coherence < warm.coherence && warm.coherence < cold.coherence, JSON.stringify({ warm, hot }));
  assert.ok(
    cold.new_ngrams_3 < warm.new_ngrams_3 && warm.new_ngrams_3 < hot.new_ngrams_3,
    JSON.stringify({ cold, warm, hot }),
  );
  assert.ok(hot.creative_region < warm.creative_region && hot.creative_region < 0.3, "the creative region is empty");
});
