// Two stories beside each other.
import assert from "node:assert/strict";
import { test } from "node:test";
import { atRest, find, focusIsOn, generate, press, ready, said, sees, settle, until, withoutJumps } from "./reader.mjs";
import { house, visit } from "./support.mjs";

const shared = house();
const settings = { prompt: "Once there was a fox who", temperature: 0.8, top_p: 0.95, seed: 42, length: 40 };
const card = (page) => find(page, "region", "Comparison");
const told = async (page) => (await card(page)).$eval('[role="status"]', (node) => node.textContent);
const table = async (page, name) =>
  (await find(page, "table", name)).$$eval("tbody tr", (rows) =>
    Object.fromEntries(
      rows.map((row) => [row.children[0].textContent, [...row.children].slice(1).map((cell) => cell.textContent)]),
    ),
  );
const marks = async (page) => (await card(page)).$$eval("mark", (all) => all.map((mark) => mark.textContent));

test("the pinned story stands beside the one that is shown", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const one = await generate(page, settings);
  await said(page, "measured");
  await press(page, "Compare");
  await sees(page, "Story 1 is pinned");
  assert.match(await told(page), /Choose another story/);
  // The two share their beginning, as the same seed draws alike until the settings tell.
  const other = await generate(page, { ...settings, temperature: 0.95, seed: 42 });
  await said(page, "measured", 2);
  let same = 0;
  while (one.token_ids[same] === other.token_ids[same]) same += 1;
  assert.match(await told(page), new RegExp(`First difference at token ${same + 1}:`));
  assert.deepEqual(
    await marks(page),
    [one, other].map((story) => story.token_texts[same].trim() || "¶"),
  );
  for (const [name, story] of [
    ["Text of Story 1", one],
    ["Text of Story 2", other],
  ]) {
    const text = await (await find(page, "group", name)).evaluate((node) => node.textContent);
    assert.equal(text.replace("¶", ""), settings.prompt + story.text);
  }
  assert.deepEqual(await table(page, "Settings that differ"), { Temperature: ["0.8", "0.95"] });
  const coherence = await table(page, "Coherence");
  const [before, after] = [one, other].map((story) => story.numbers.perplexity.toFixed(1));
  assert.deepEqual(coherence.perplexity.slice(0, 2), [before, after]);
  assert.equal(
    Math.sign(Number(coherence.perplexity[2].replace("−", "-"))),
    Math.sign(other.numbers.perplexity - one.numbers.perplexity),
  );
  // A story without anything in common, and back.
  await generate(page, { ...settings, seed: 7, prompt: "A quiet train" });
  assert.match(await told(page), /^The prompts differ/);
  await press(page, "Show Story 2");
  await settle(page);
  assert.match(await told(page), new RegExp(`token ${same + 1}:`));
});

test("by keyboard: pin, read, unpin", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await generate(page, settings);
  await (await find(page, "button", "Compare")).focus();
  await page.keyboard.press("Enter");
  await settle(page);
  assert.equal(await focusIsOn(page), "Unpin", "the same button lets go again");
  await (await find(page, "button", "Show the comparison")).focus();
  await page.keyboard.press("Enter");
  await settle(page);
  assert.equal(await focusIsOn(page), "Comparison");
  await generate(page, { seed: 2 });
  await (await find(page, "button", "Unpin Story 1")).focus();
  await page.keyboard.press("Enter");
  await settle(page);
  assert.equal(await focusIsOn(page), "Compare");
  assert.equal(await page.$("::-p-aria([name='Comparison'][role='region'])"), null);
});

test("the same story twice has no difference, and a deleted one is compared no more", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await generate(page, settings);
  await press(page, "Compare");
  await generate(page, settings);
  assert.match(await told(page), /Both have the same 40 tokens/);
  assert.ok((await (await card(page)).evaluate((node) => node.innerText)).includes("Both have the same settings."));
  await press(page, "Delete Story 1");
  await settle(page);
  assert.equal(await page.$("::-p-aria([name='Comparison'][role='region'])"), null);
});

test("nothing moves while the next story streams beside a pinned one", async (t) => {
  for (const viewport of [
    { width: 360, height: 740 },
    { width: 1280, height: 900 },
  ]) {
    const page = await visit(t, shared, { viewport });
    await ready(page);
    await generate(page, { ...settings, length: 8 });
    await press(page, "Compare");
    // The next one takes as much room as this.
    await generate(page, { seed: 2, length: 120 });
    await said(page, "measured", 2);
    await (await card(page)).scrollIntoView();
    await atRest(page);
    await withoutJumps(
      page,
      async () => {
        await generate(page, { ...settings, length: 120, temperature: 1 });
        await until(page, "the comparison", () =>
          /First difference/.test(document.querySelector("#compare [role=status]").textContent),
        );
      },
      0.02,
    );
  }
});
