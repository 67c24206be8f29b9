// Links that were changed on their way: repaired where that can be proved, otherwise said to be damaged, and left in the address bar.
import assert from "node:assert/strict";
import { test } from "node:test";
import { alerts, chosen, copiedLink, count, generate, ready, said, sees, settle, story } from "./reader.mjs";
import { house, visit } from "./support.mjs";

const shared = house();
const settings = { prompt: "The bear, the moon & a “fox”", temperature: 0.9, top_p: 0.9, seed: 7, length: 16 };
let whole = null;

/** The link of a story, and what it promises. */
async function original(t) {
  if (whole) return whole;
  const page = await visit(t, shared);
  await ready(page);
  const { digest } = await generate(page, settings);
  whole = { fragment: new URL(await copiedLink(page)).hash, digest };
  return whole;
}

/** Some; src/link/repair.rs tries many more. */
const damages = {
  "&amp; for &": (link) => link.replaceAll("&", "&amp;"),
  "encoded twice": (link) => `#${encodeURIComponent(encodeURIComponent(link.slice(1)))}`,
  "a bracket and a full stop": (link) => `${link}).`,
  "%2B for +": (link) => link.replaceAll("+", "%2B"),
  "its percent signs encoded": (link) => link.replaceAll("%", "%25"),
  "its percent and plus signs encoded": (link) => link.replaceAll("%", "%25").replaceAll("+", "%2B"),
};

for (const [what, damage] of Object.entries(damages)) {
  test(`a link that was changed on its way is repaired: ${what}`, async (t) => {
    const { fragment, digest } = await original(t);
    assert.notEqual(damage(fragment), fragment);
    const page = await visit(t, shared, { fragment: damage(fragment) });
    await sees(page, "reproduced exactly");
    assert.deepEqual(await chosen(page), settings);
    assert.deepEqual(await alerts(page), []);
    assert.equal(new URL(page.url()).hash, fragment, "the address is the whole link");
    const last = await page.evaluate(() => globalThis.said.filter((m) => m.type === "done").at(-1));
    assert.equal(last.digest, digest);
    const rows = await page.$$eval("::-p-aria([role='row'])", (all) => all.map((row) => row.textContent));
    assert.equal(rows.filter((row) => /Story 1/.test(row)).length, 1);
    assert.equal(rows.filter((row) => /Story 2/.test(row)).length, 0);
  });
}

test("a prompt that only looks encoded is written as the link has it", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const { digest } = await generate(page, { ...settings, prompt: "100%25 of 1+1" });
  const { hash } = new URL(await copiedLink(page));
  const other = await visit(t, shared, { fragment: hash });
  assert.equal((await said(other, "done")).digest, digest);
  await sees(other, "reproduced exactly");
  assert.equal(await count(other, "done"), 1);
});

test("where no reading gives the promised story, that of the link as it stands is shown", async (t) => {
  const { fragment, digest } = await original(t);
  const page = await visit(t, shared, {
    fragment: fragment.replaceAll("+", "%2B").replace(`x=${digest}`, "x=00000000"),
  });
  await sees(page, "not the same story");
  assert.equal((await chosen(page)).prompt, "The+bear,+the+moon+&+a+“fox”");
});

for (const [what, fragment] of Object.entries({
  "a word": "#hello",
  "a link that was cut before its prompt": "#v=1&model=fable-9m@0123abcd&engine=2",
  nonsense: "#%%%&&&",
})) {
  test(`${what} writes no story, and stays in the address bar`, async (t) => {
    const page = await visit(t, shared, { fragment });
    await ready(page);
    await settle(page);
    assert.match((await alerts(page)).join(" "), /damaged/);
    assert.equal(await count(page, "started"), 0);
    assert.equal(new URL(page.url()).hash, fragment);
    assert.ok((await story(page)).includes("Example"), "the example is still there");
  });
}

test("a link of which a part could not be used stays in the address bar after its story", async (t) => {
  const fragment = "#v=1&p=Once&t=warm&top_p=0.9&n=8&seed=1";
  const page = await visit(t, shared, { fragment });
  await said(page, "done");
  await settle(page);
  assert.equal(new URL(page.url()).hash, fragment);
  await generate(page, { seed: 2 });
  assert.match(page.url(), /seed=2/);
});
