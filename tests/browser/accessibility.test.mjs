// axe-core over every state of the page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isAccessible } from "./axe.mjs";
import { copiedLink, fillIn, find, generate, openLibrary, press, ready, said, unfold } from "./reader.mjs";
import { house, serve, visit } from "./support.mjs";

const shared = house();

test("axe finds nothing while the model loads", async (t) => {
  const server = await serve(t);
  server.fault = "hang";
  const page = await visit(t, { ...shared, server });
  await said(page, "progress");
  await isAccessible(page, "while the model loads");
});

test("axe finds nothing: from the first story to the books of a span", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await isAccessible(page, "ready");
  await generate(page, { prompt: "Once", temperature: 1.4, seed: 3, length: 40 });
  await generate(page, { seed: 4 });
  await isAccessible(page, "with two stories");
  await copiedLink(page);
  await isAccessible(page, "after copying the link");
  await openLibrary(page);
  await (await find(page, "radio", "Where it comes from")).evaluate((radio) => radio.click());
  await (await find(page, "checkbox", "Mean of yours")).evaluate((box) => box.click());
  await unfold(page);
  await isAccessible(page, "with the library and all details open");
  await generate(page, { temperature: 0.4, length: 96 });
  await (await page.waitForSelector(".token[data-copied]")).click();
  await page.waitForSelector("dialog[open] blockquote");
  await isAccessible(page, "with the books of a span");
});

test("axe finds nothing in one's own stories, a comparison and branches", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await generate(page, { prompt: "Once", temperature: 1.4, seed: 3, length: 40 });
  await press(page, "Compare");
  await isAccessible(page, "with a pinned story");
  await (await page.$$(".token"))[5].click();
  await fillIn(page, "textbox", "Your own word", "dragon");
  await press(page, "Branch");
  await said(page, "measured", 2);
  await press(page, "Star Story 2");
  await press(page, "Read Story 2: " + (await page.$eval(".history-words", (words) => words.textContent)));
  await isAccessible(page, "with a branch, beside its story");
  await generate(page, { seed: 4 });
  await press(page, "Delete Story 3");
  await find(page, "button", "Undo");
  await isAccessible(page, "after deleting a story");
  await press(page, "Dismiss");
  await press(page, "Delete all…");
  await page.waitForSelector("dialog[open]");
  await isAccessible(page, "before deleting all");
});

test("axe finds nothing while the page tells of an error", async (t) => {
  const server = await serve(t);
  server.fault = "missing";
  const page = await visit(t, { ...shared, server }, { expected: /404|gguf/, fragment: "#v=1&t=warm" });
  await said(page, "error");
  await isAccessible(page, "with an error");
});

test("the focus stays on a living control when Generate gives way to Stop", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  const isLost = () => page.evaluate(() => document.activeElement === document.body);
  await (await find(page, "button", "Generate")).focus();
  await page.keyboard.press("Enter");
  await said(page, "tokens", 2);
  assert.equal(await isLost(), false, "while it streams");
  await said(page, "done");
  assert.equal(await isLost(), false, "at the end");
});
