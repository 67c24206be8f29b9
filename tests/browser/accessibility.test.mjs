// axe-core over every state of the page, and the whole way by keyboard.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isAccessible } from "./axe.mjs";
import { copiedLink, fillIn, find, generate, openLibrary, press, ready, said } from "./reader.mjs";
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
  await page.evaluate(() => {
    for (const all of document.querySelectorAll("details")) all.open = true;
  });
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

/** What has the focus, and what a screen reader adds to it. */
const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    const described = document.getElementById(element?.getAttribute("aria-describedby") ?? "");
    return { tag: element?.tagName ?? "", text: element?.textContent ?? "", description: described?.textContent ?? "" };
  });
const isFocused = async (page, role, name) =>
  (await find(page, role, name)).evaluate((e) => e === document.activeElement);

/** Tab until the control has the focus; how many presses it took. */
async function tabTo(page, role, name, limit = 60) {
  for (let presses = 0; presses <= limit; presses += 1) {
    if (await isFocused(page, role, name)) return presses;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab never reaches ${role} ${name}`);
}

test("from the prompt to a story and its tokens, by keyboard alone", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await tabTo(page, "textbox", "Prompt");
  await page.keyboard.down("Control");
  await page.keyboard.press("a");
  await page.keyboard.up("Control");
  await page.keyboard.type("The smallest owl");
  await tabTo(page, "slider", "Temperature");
  const slider = await find(page, "slider", "Temperature");
  const before = Number(await slider.evaluate((s) => s.value));
  await page.keyboard.press("ArrowRight");
  assert.ok(Number(await slider.evaluate((s) => s.value)) > before, "the arrow moves the slider");
  await tabTo(page, "slider", "Top-p");
  await tabTo(page, "spinbutton", "Length");
  await page.keyboard.down("Control");
  await page.keyboard.press("a");
  await page.keyboard.up("Control");
  await page.keyboard.type("24");
  await tabTo(page, "button", "Generate");
  await page.keyboard.press("Enter");
  const done = await said(page, "done");
  assert.equal(done.settings.prompt, "The smallest owl");
  assert.equal(done.token_ids.length, 24);

  // From Generate on, Tab comes to the tokens; the arrows walk them, and each says its bits.
  const isToken = ({ tag, text }) => tag !== "BUTTON" && text !== "" && done.token_texts[0].includes(text);
  for (let presses = 0; !isToken(await focused(page)); presses += 1) {
    if (presses === 60) throw new Error("Tab never reaches the first token");
    await page.keyboard.press("Tab");
  }
  assert.match((await focused(page)).description, /\d bits/);
  await page.keyboard.press("ArrowRight");
  const second = await focused(page);
  // The space before a word is outside its token, so that the tint marks the word alone.
  assert.equal(second.text, done.token_texts[1].trim() || done.token_texts[1]);
  assert.match(second.description, /\d bits/);
  await page.keyboard.press("End");
  assert.match((await focused(page)).description, /\d bits/);
  await page.keyboard.press("Home");
  assert.ok(isToken(await focused(page)));
});

test("the focus stays on a living control when Generate gives way to Stop", async (t) => {
  const page = await visit(t, shared);
  await ready(page);
  await tabTo(page, "button", "Generate");
  await page.keyboard.press("Enter");
  await said(page, "tokens", 2);
  assert.notEqual((await focused(page)).tag, "BODY", "while it streams");
  await said(page, "done");
  assert.notEqual((await focused(page)).tag, "BODY", "at the end");
});
