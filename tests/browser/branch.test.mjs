// Branches: what is written after another word, how it is told from its story, and the tree of them.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  chosen,
  copiedLink,
  fillIn,
  find,
  generate,
  press,
  ready,
  said,
  sees,
  settle,
  story,
  until,
} from "./reader.mjs";
import { house, visit } from "./support.mjs";

const shared = house();
const settings = { prompt: "Once there was a fox who", temperature: 0.8, top_p: 0.95, seed: 42, length: 40 };
const tree = (page) => find(page, "region", "Branches");
const hasTree = async (page) => (await page.$("::-p-aria([name='Branches'][role='region'])")) !== null;
/** The tree as nested lists of names. */
const shape = async (page) =>
  (await tree(page)).evaluate((region) => {
    const read = (list) =>
      [...list.children].map((item) => {
        const inner = item.querySelector(":scope > ul");
        return [item.querySelector("b").textContent, ...(inner ? [read(inner)] : [])];
      });
    return read(region.querySelector("ul"));
  });

/** Puts a word of one's own at a place of the story that is shown, and waits for the branch. */
async function branch(page, position, word) {
  const before = await page.evaluate(() => globalThis.said.filter((m) => m.type === "done").length);
  if (position !== null) await (await page.$$(".token"))[position].click();
  await settle(page);
  await fillIn(page, "textbox", "Your own word", word);
  await press(page, "Branch");
  const done = await said(page, "done", before + 1);
  await settle(page);
  return done;
}

test("a branch keeps its story up to the place, and goes on from the word", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const parent = await generate(page, settings);
  assert.equal(await hasTree(page), false, "no tree before there is a branch");
  const first = await branch(page, 6, "dragon");
  const [[place, token]] = first.settings.forced;
  assert.equal(place, 6);
  assert.deepEqual(first.token_ids.slice(0, 6), parent.token_ids.slice(0, 6));
  assert.equal(first.token_ids[6], token);
  assert.deepEqual({ ...first.settings, forced: undefined }, { ...parent.settings, forced: undefined });
  assert.ok((await story(page)).includes(first.text.trim()));
  assert.deepEqual(await shape(page), [["Story 1", [["Story 2"]]]]);
  assert.match(await (await tree(page)).evaluate((node) => node.innerText), /Story 2 “dragon” at token 7/);

  // A branch of the branch keeps the words given before; one further back in it does not.
  const second = await branch(page, 12, "moon");
  assert.deepEqual(second.settings.forced.slice(0, first.settings.forced.length), first.settings.forced);
  assert.deepEqual(second.token_ids.slice(0, 12), first.token_ids.slice(0, 12));
  const third = await branch(page, 3, "king");
  assert.ok(
    third.settings.forced.every(([at]) => at >= 3 && at < 6),
    JSON.stringify(third.settings.forced),
  );
  // What stands at its place is Story 1's, so that it hangs there and not under the story that it was chosen in.
  assert.deepEqual(await shape(page), [["Story 1", [["Story 2", [["Story 3"]]], ["Story 4"]]]]);
  await branch(page, 3, "queen");
  assert.deepEqual(await shape(page), [["Story 1", [["Story 2", [["Story 3"]]], ["Story 4"], ["Story 5"]]]]);
});

test("the tree shows which story is read, and leads to the others", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const parent = await generate(page, settings);
  await branch(page, 5, "sea");
  const current = async () =>
    (await tree(page)).$$eval("[aria-current]", (all) => all.map((node) => node.querySelector("b").textContent));
  assert.deepEqual(await current(), ["Story 2"]);
  const root = await (await tree(page)).$("button");
  await root.focus();
  await page.keyboard.press("Enter");
  await settle(page);
  assert.deepEqual(await current(), ["Story 1"]);
  assert.ok((await story(page)).includes(parent.text.trim()));
  assert.deepEqual(await chosen(page), settings);
  assert.equal(
    await page.evaluate(() => document.activeElement?.classList.contains("tree-story")),
    true,
    "the focus stays",
  );
  await press(page, "Delete Story 2");
  await settle(page);
  assert.equal(await hasTree(page), false);
});

test("a branch is replayed by its link, and is still a branch after a reload", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await generate(page, settings);
  const first = await branch(page, 6, "dragon");
  const link = await copiedLink(page);
  assert.equal(new URL(link).hash, first.link);
  await page.evaluate(() => history.replaceState(null, "", location.pathname));
  await page.reload({ waitUntil: "load" });
  await ready(page);
  await until(page, "the tree", () => document.querySelector("#tree button") !== null);
  assert.deepEqual(await shape(page), [["Story 1", [["Story 2"]]]]);

  const other = await visit(t, shared, { fragment: new URL(link).hash });
  const replayed = await said(other, "done");
  await sees(other, "reproduced exactly");
  assert.deepEqual(replayed.token_ids, first.token_ids);
  assert.deepEqual(replayed.settings.forced, first.settings.forced);
});

test("a branch at the end of the story makes it longer", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const parent = await generate(page, { ...settings, temperature: 1.5, top_p: 1 });
  assert.equal(parent.ended, "length");
  await press(page, "After the last word");
  await press(page, "Branch");
  await sees(page, "Type a word first");
  const longer = await branch(page, null, "suddenly");
  assert.deepEqual(longer.token_ids.slice(0, 40), parent.token_ids);
  assert.ok(longer.settings.length > 40 + longer.settings.forced.length && longer.settings.length <= 512);
});
