import assert from "node:assert/strict";
import { test } from "node:test";
import {
  alerts,
  choose,
  chosen,
  copiedLink,
  count,
  find,
  generate,
  ready,
  said,
  sees,
  settle,
  story,
  until,
} from "./reader.mjs";
import { house, visit } from "./support.mjs";

const shared = house();
const settings = { prompt: "The bear & the “moon” #1 — 50% off", temperature: 0.9, top_p: 0.9, seed: 7, length: 32 };
const inside = (link) => new URL(link).hash;

test("a copied link replays exactly for another reader", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const first = await generate(page, settings);
  const link = await copiedLink(page);
  assert.ok(link.startsWith(shared.server.url), link);
  assert.equal(new URLSearchParams(inside(link).slice(1)).get("x"), first.digest);
  assert.ok(!shared.server.requests.some((url) => /fox|bear|seed/.test(url)), "settings never reach the server");

  const other = await visit(t, shared, { fragment: inside(link) });
  const replayed = await said(other, "done");
  await sees(other, "reproduced exactly");
  assert.deepEqual(replayed.token_ids, first.token_ids);
  assert.deepEqual(replayed.numbers.perplexity, first.numbers.perplexity);
  assert.deepEqual(await chosen(other), settings);
  assert.ok((await story(other)).includes(first.text.trim()));
  assert.deepEqual(await alerts(other), []);
});

test("a link with another digest says that the story differs", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const first = await generate(page, settings);
  const wrong = first.digest === "00000000" ? "00000001" : "00000000";
  const fragment = inside(await copiedLink(page)).replace(`x=${first.digest}`, `x=${wrong}`);
  const other = await visit(t, shared, { fragment });
  await said(other, "done");
  await sees(other, "differ|not the same story");
  assert.ok(!/reproduced exactly/i.test(await other.evaluate(() => document.body.innerText)));
  // As all links will be once the house model has other weights.
  const older = await visit(t, shared, { fragment: fragment.replace(/fable-9m@[0-9a-f]{8}/, "fable-9m@00000000") });
  await said(older, "done");
  await sees(older, "the link was made with the model fable-9m@00000000, this is fable-9m@");
});

test("values between the steps of a slider are kept", async (t) => {
  const exact = { prompt: "Once", temperature: 0.333, top_p: 0.937, seed: 4294967295, length: 16 };
  const page = await visit(t, shared, { fragment: "#v=1&p=Once&t=0.333&top_p=0.937&n=16&seed=4294967295" });
  const first = await said(page, "done");
  for (const [name, value] of Object.entries(exact))
    assert.ok(first.settings[name] === value || Math.abs(first.settings[name] - value) < 1e-6, name);
  const other = await visit(t, shared, { fragment: inside(await copiedLink(page)) });
  assert.deepEqual((await said(other, "done")).token_ids, first.token_ids);
  await sees(other, "reproduced exactly");
});

const script = "<img src=x onerror=\"console.error('ran');alert(1)\"><script>console.error('ran')</script>";
const hostile = {
  "wrong types": "#v=1&p=Once&t=warm&top_p=lots&n=many&seed=pi",
  "out of range": "#v=1&p=Once&t=99&top_p=-3&n=100000&seed=99999999999999",
  "not a number, infinite": "#v=1&p=Once&t=NaN&top_p=Infinity&n=1e9&seed=-1",
  "a word that names nothing": "#hello",
  "unknown version": "#v=999&p=Once",
  "unknown model": "#v=1&model=leviathan@deadbeef&p=Once&t=0.8&top_p=0.95&n=8&seed=1",
  "bad percent-encoding": "#v=1&p=%E0%A4%A&t=%ZZ&n=8&seed=1",
  "a bad digest": "#v=1&p=Once&t=0.8&top_p=0.95&n=8&seed=1&x=%3Cscript%3E",
  "markup in every field": `#v=1&p=Once&model=${encodeURIComponent(script)}&t=${encodeURIComponent(script)}`,
  nonsense: "#%%%&&&===\u0000;;;v=1",
  "one megabyte": `#v=1&p=${"long ".repeat(210_000)}&t=0.8&n=8&seed=1`,
};

/** What the page does with a hostile link, the `at`-th that it has read. */
async function withstands(page, name, at) {
  await said(page, "link_read", at);
  await page.waitForSelector('[role="alert"]', { visible: true });
  const notices = await alerts(page);
  assert.ok(notices.join("").length > 10, `${name}: the notice says something`);
  assert.ok(notices.join("").length < 2000, `${name}: and does not repeat the whole link`);
  const now = await chosen(page);
  assert.ok(now.temperature >= 0 && now.temperature <= 2, `${name}: temperature ${now.temperature}`);
  assert.ok(now.top_p >= 0.05 && now.top_p <= 1, `${name}: top-p ${now.top_p}`);
  assert.ok(Number.isInteger(now.seed) && now.seed >= 0 && now.seed <= 4294967295, `${name}: seed ${now.seed}`);
  assert.ok(now.length >= 1 && now.length <= 512, `${name}: length ${now.length}`);
  assert.ok(now.prompt.length <= 4000, `${name}: prompt of ${now.prompt.length} characters`);
  await generatedOrCanBe(page);
  assert.equal(await page.$("img[src='x']"), null, `${name}: no markup from the link`);
}

// Read before a model is loaded, since it may name one.
for (const name of ["unknown model", "one megabyte"])
  test(`the page opens with a hostile link: ${name}`, async (t) => {
    const page = await visit(t, shared, { fragment: hostile[name] });
    await ready(page);
    await withstands(page, name, 1);
  });

test("hostile links, followed one after the other", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  for (const [at, [name, fragment]] of Object.entries(hostile).entries()) {
    await page.evaluate((link) => {
      document.getElementById("notices").replaceChildren();
      location.hash = link;
    }, fragment);
    await withstands(page, name, at + 1);
  }
  // After all of them, a good one is read to the letter.
  const before = await count(page, "done");
  await page.evaluate(() => {
    location.hash = "#v=1&p=A+duck&t=0.5&top_p=0.9&n=8&seed=11";
  });
  const done = await said(page, "done", before + 1);
  assert.deepEqual(done.settings, { prompt: "A duck", temperature: 0.5, top_p: 0.9, seed: 11, length: 8, rules: 2 });
});

/** A link may start a story by itself; whether it did or not, one can be had. */
async function generatedOrCanBe(page) {
  await until(page, "the link's own story", () => {
    // What gives way to a newer request was no story that had started.
    const has = (...types) =>
      globalThis.said.filter(({ type, code }) => types.includes(type) && code !== "replaced").length;
    return has("started") === has("done", "error");
  });
  const done = await generate(page, { prompt: "Once", length: 8 });
  assert.equal(done.token_ids.length, 8);
}

test("markup in the prompt is shown as text and never runs", async (t) => {
  const fragment = `#v=1&p=${encodeURIComponent(script)}&t=0.8&top_p=0.95&n=8&seed=1`;
  const page = await visit(t, shared, { fragment });
  await ready(page);
  await said(page, "done");
  assert.equal((await chosen(page)).prompt, script);
  assert.ok((await story(page)).includes(script), "the prompt is shown as it is");
  assert.equal(await page.$("img[src='x']"), null);
  assert.equal(await page.evaluate(() => globalThis.ran), undefined);
});

test("the link that skips to the story is no story link", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await choose(page, settings);
  const skip = await find(page, "link", "Skip to the story");
  await skip.focus();
  await page.keyboard.press("Enter");
  await settle(page);
  assert.equal(await page.evaluate(() => document.activeElement?.id), "story-heading");
  await page.evaluate(() => {
    location.hash = "#story-heading";
  });
  await settle(page);
  assert.deepEqual(await chosen(page), settings);
  for (const type of ["link_read", "started"]) assert.equal(await count(page, type), 0, type);
});
