// The stories of a session: the map leads back to them, their mean, and what a long session costs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { chosen, find, generate, ready, settle, story, until, withoutJumps } from "./reader.mjs";
import { inWholeSet } from "./sets.mjs";
import { house, visit } from "./support.mjs";

const shared = house();
const settings = { prompt: "Once there was a fox who", temperature: 0.6, top_p: 0.9, seed: 314159, length: 24 };
const circles = async (page) => (await find(page, "region", "Map")).$$("svg circle");
const points = async (page) => (await circles(page)).length;

test("choosing a point of the map brings its story back", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const stories = [
    await generate(page, settings),
    await generate(page, { prompt: "A quiet train", temperature: 1.9, seed: 9 }),
  ];
  await (await find(page, "region", "Map")).scrollIntoView();
  for (let at = 0; at < (await points(page)); at += 1) {
    await (await circles(page))[at].click();
    await settle(page);
    if ((await story(page)).includes(stories[0].text.trim())) return assert.deepEqual(await chosen(page), settings);
  }
  throw new Error("no point leads to the first story");
});

test("the mean of one's own stories has an interval", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const told = () => page.$eval(".map-means", (node) => (node.checkVisibility() ? node.textContent : ""));
  await (await find(page, "combobox", "Up")).select("slor_per_word_bits");
  await (await find(page, "checkbox", "Mean of yours")).click();
  assert.match(await told(), /needs 3 stories/);
  const values = [];
  const write = async (seed) => values.push((await generate(page, { ...settings, seed })).numbers.slor_per_word_bits);
  const mean = () => (values.reduce((sum, value) => sum + value) / values.length).toFixed(2);
  for (const seed of [1, 2, 3]) await write(seed);
  await until(page, "the mean", () =>
    /Mean of your 3 stories: /.test(document.querySelector(".map-means").textContent),
  );
  assert.ok((await told()).includes(`SLOR per word, bits ${mean()}.`), await told());
  assert.match(await told(), /An interval needs 6 stories of your own\.$/);
  for (const seed of [4, 5, 6]) await write(seed);
  await until(page, "the interval", () => /95% interval/.test(document.querySelector(".map-means").textContent));
  const [, middle, from, to] = /SLOR per word, bits ([\d.−]+) \(([\d.−]+) to ([\d.−]+)\)/.exec(
    (await told()).replaceAll("−", "-"),
  );
  assert.equal(middle, mean());
  assert.ok(
    Math.min(...values) < from && Number(from) < middle && Number(middle) < to && to < Math.max(...values),
    `${values}: ${from} to ${to}`,
  );
});

test(
  "two hundred stories leave the engine's memory where it was, and on the page what is kept of them",
  { timeout: 300_000, skip: inWholeSet },
  async (t) => {
    const page = await visit(t, shared);
    await ready(page);
    // All from inside the page: a story takes less time than a key that a driver presses.
    const write = (stories) =>
      page.evaluate(
        (wanted) =>
          new Promise((resolve) => {
            const seed = document.getElementById("seed");
            let left = wanted;
            const next = () => {
              const done = globalThis.said.filter((message) => message.type === "done").at(-1);
              globalThis.said.length = 0;
              if (left === 0) return resolve(done.memory_bytes);
              left -= 1;
              seed.value = String(Number(seed.value) + 1);
              seed.dispatchEvent(new Event("change", { bubbles: true }));
              document.getElementById("generate").click();
              const wait = () =>
                globalThis.said.some((message) => message.type === "done") ? next() : setTimeout(wait, 1);
              return wait();
            };
            next();
          }),
        stories,
      );
    await generate(page, { ...settings, length: 8 });
    // By then as many wait for their second reading as may.
    const before = {
      engine: await write(120),
      nodes: await page.evaluate(() => document.querySelectorAll("*").length),
    };
    const after = { engine: await write(80), nodes: await page.evaluate(() => document.querySelectorAll("*").length) };
    assert.equal(after.engine, before.engine);
    // A point on the map each, and rows in the tables until there are enough of them.
    assert.ok(after.nodes < before.nodes + 80 * 25, `${before.nodes} elements before, ${after.nodes} after`);
  },
);

test("no sideways scrolling at 360 pixels, and nothing jumps while a story streams", async (t) => {
  for (const viewport of [
    { width: 360, height: 740 },
    { width: 1280, height: 900 },
  ]) {
    const page = await visit(t, shared, { viewport });
    await ready(page);
    await generate(page, { ...settings, length: 8 });
    // A story that may be longer is given its room at once, before its first word, and none while it is written.
    await page.evaluate(() => {
      globalThis.shifts.length = 0;
    });
    await generate(page, { ...settings, length: 200, temperature: 1 });
    const moved = await page.evaluate(() => globalThis.shifts.filter(({ value }) => value > 0.001));
    assert.ok(moved.length <= 1, JSON.stringify(moved));
    await withoutJumps(page, () => generate(page, { ...settings, length: 200, temperature: 1.2 }));
  }
});

test("on a phone, the page stays where it is when a control is used that stands still", async (t) => {
  const page = await visit(t, shared, { viewport: { width: 360, height: 740 } });
  await ready(page);
  await generate(page, { ...settings, length: 8 });
  await page.evaluate(() => scrollTo(0, 150));
  for (const [role, name] of [
    ["spinbutton", "Seed"],
    ["slider", "Temperature"],
    ["button", "Generate"],
  ]) {
    await (await find(page, role, name)).focus();
    await settle(page);
    assert.equal(await page.evaluate(() => scrollY), 150, name);
  }
  // A field that they cover comes out.
  const prompt = await find(page, "textbox", "Prompt");
  await page.evaluate(() => scrollTo(0, 300));
  await prompt.focus();
  await settle(page);
  assert.ok(
    await prompt.evaluate((field) => {
      const { x, y } = field.getBoundingClientRect();
      return document.elementFromPoint(x + 20, y + 10) === field;
    }),
    "the prompt is in sight",
  );
});
