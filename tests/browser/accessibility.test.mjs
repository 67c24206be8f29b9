// axe-core over every state of the page, and the whole way by keyboard.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { copiedLink, fillIn, find, generate, openLibrary, press, ready, said } from "./reader.mjs";
import { house, startServer, visit } from "./support.mjs";

const shared = house();
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const phone = { width: 360, height: 740, hasTouch: true, isMobile: true };

async function violations(page) {
  // Given to the page as a script of the debugger's, which the Content-Security-Policy does not stop.
  await page.evaluate(axe);
  const { violations: found } = await page.evaluate(() => globalThis.axe.run(document));
  return found.map(
    (v) =>
      `${v.id}: ${v.nodes
        .map((n) => n.target.join(" "))
        .slice(0, 5)
        .join(", ")}`,
  );
}

for (const scheme of ["light", "dark"]) {
  for (const [screen, viewport] of [
    ["desk", undefined],
    ["phone", phone],
  ]) {
    test(`axe finds nothing: ${scheme}, ${screen}`, async (t) => {
      const server = await startServer();
      t.after(() => server.close());
      server.fault = "hang";
      const waiting = await visit(t, { ...shared, server }, { scheme, viewport });
      await said(waiting, "progress");
      assert.deepEqual(await violations(waiting), [], "while the model loads");

      const page = await visit(t, shared, { scheme, viewport });
      await ready(page);
      assert.deepEqual(await violations(page), [], "ready");
      await generate(page, { prompt: "Once", temperature: 1.4, seed: 3, length: 40 });
      await generate(page, { seed: 4 });
      assert.deepEqual(await violations(page), [], "with two stories");
      await copiedLink(page);
      assert.deepEqual(await violations(page), [], "after copying the link");
      await openLibrary(page);
      await (await find(page, "radio", "Where it comes from")).evaluate((radio) => radio.click());
      await (await find(page, "checkbox", "Mean of yours")).evaluate((box) => box.click());
      await page.evaluate(() => {
        for (const all of document.querySelectorAll("details")) all.open = true;
      });
      assert.deepEqual(await violations(page), [], "with the library and all details open");
      await generate(page, { temperature: 0.4, length: 96 });
      await (await page.waitForSelector(".token[data-copied]")).click();
      await page.waitForSelector("dialog[open] blockquote");
      assert.deepEqual(await violations(page), [], "with the books of a span");
    });
  }
}

for (const scheme of ["light", "dark"]) {
  for (const [screen, viewport] of [
    ["desk", undefined],
    ["phone", phone],
  ]) {
    test(`axe finds nothing in one's own stories, a comparison and branches: ${scheme}, ${screen}`, async (t) => {
      const page = await visit(t, shared, { scheme, viewport });
      await ready(page);
      await generate(page, { prompt: "Once", temperature: 1.4, seed: 3, length: 40 });
      await press(page, "Compare");
      assert.deepEqual(await violations(page), [], "with a pinned story");
      await (await page.$$(".token"))[5].click();
      await fillIn(page, "textbox", "Your own word", "dragon");
      await press(page, "Branch");
      await said(page, "measured", 2);
      await press(page, "Star Story 2");
      await press(page, "Read Story 2: " + (await page.$eval(".history-words", (words) => words.textContent)));
      assert.deepEqual(await violations(page), [], "with a branch, beside its story");
      await generate(page, { seed: 4 });
      await press(page, "Delete Story 3");
      await find(page, "button", "Undo");
      assert.deepEqual(await violations(page), [], "after deleting a story");
      await press(page, "Dismiss");
      await press(page, "Delete all…");
      await page.waitForSelector("dialog[open]");
      assert.deepEqual(await violations(page), [], "before deleting all");
    });
  }
}

test("axe finds nothing while the page tells of an error", async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  server.fault = "missing";
  const page = await visit(t, { ...shared, server }, { expected: /404|gguf/, fragment: "#v=1&t=warm" });
  await said(page, "error");
  assert.deepEqual(await violations(page), []);
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
