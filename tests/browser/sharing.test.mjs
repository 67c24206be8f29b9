// What others get: the tab's title, and what a link from somebody else says.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { EXPERIMENTS } from "../../www/experiments/list.js";
import { watchShared } from "../../www/session/shared.js";
import { initialState, nothingKept } from "../../www/session/state.js";
import { createStore } from "../../www/session/store.js";
import { titleOf } from "../../www/session/title.js";
import { generate, linkOf, press, ready, said, until } from "./reader.mjs";
import { house, visit } from "./support.mjs";

const settings = { prompt: "Deep in the forest", temperature: 1.1, top_p: 0.95, seed: 4, length: 8 };
const entryOf = (change = {}, prompt = settings.prompt) => ({
  ...nothingKept,
  key: "k",
  origin: "own",
  record: { settings: { ...settings, prompt } },
  ...change,
});

test("the title names the story shown, and how it was written", () => {
  const shown = (entry) => titleOf({ ...initialState, entries: [entry], shown: "k" });
  assert.equal(titleOf(initialState), "Fabula");
  assert.equal(shown(entryOf()), "T 1.10 · Deep in the forest · Fabula");
  assert.equal(shown(entryOf({ name: "The wolf" })), "T 1.10 · The wolf · Fabula");
  assert.equal(shown(entryOf({}, "")), "T 1.10 · Fabula");
  assert.equal(
    shown(entryOf({}, "Once upon a time,\n there lived  a king")),
    "T 1.10 · Once upon a time, there … · Fabula",
  );
  assert.equal(shown(entryOf({}, "Once upon a time there was, he")), "T 1.10 · Once upon a time there was … · Fabula");
  assert.equal(shown(entryOf({}, "ä".repeat(40))), `T 1.10 · ${"ä".repeat(28)} … · Fabula`);
  const writing = { id: 1, settings: { ...settings, temperature: 0.2 }, expectation: null, parent: null };
  const both = { ...initialState, entries: [entryOf({ name: "The wolf" })], shown: "k", writing };
  assert.equal(titleOf(both), "T 0.20 · Deep in the forest · Fabula");
});

test("a story is shared from its link on, until another one takes its place", () => {
  const expectation = { digest: null, model: null, engine_revision: null };
  const writing = { id: 1, settings, expectation, parent: null };
  const start = () => {
    const store = createStore(initialState);
    const told = [];
    watchShared(store, (isShared) => told.push(isShared));
    return { store, told };
  };
  const { store, told } = start();
  store.update({ writing });
  store.update({ entries: [entryOf()], shown: "k", writing: null });
  assert.deepEqual(told, [false, true]);
  store.update({ writing: { ...writing, id: 2, expectation: null }, shown: null });
  assert.deepEqual(told, [false, true, false]);

  const chosen = start();
  chosen.store.update({ writing });
  chosen.store.update({ entries: [entryOf(), entryOf({ key: "other" })], shown: "k", writing: null });
  chosen.store.update({ shown: "other" });
  assert.deepEqual(chosen.told, [false, true, false], "another story was chosen");

  const reloaded = start();
  reloaded.store.update({ entries: [entryOf()] });
  reloaded.store.update({ writing });
  reloaded.store.update({ shown: "k", writing: null });
  assert.deepEqual(reloaded.told, [false], "the reader wrote it here before");

  const broken = start();
  broken.store.update({ entries: [entryOf({ origin: "example" })], shown: "k" });
  broken.store.update({ writing, shown: null });
  broken.store.update({ writing: null, shown: "k" });
  assert.deepEqual(broken.told, [false, true, false], "it could not be written");
});

test("what the page says of our own experiments stands in our report", () => {
  const report = readFileSync("docs/experiments.md", "utf8").replace(/\s+/g, " ");
  const page = readFileSync("pages/experiments.html", "utf8");
  for (const { name, ours } of EXPERIMENTS) {
    for (const sentence of ours.says) assert.ok(report.includes(sentence), `${name}: ${sentence}`);
    assert.ok(page.includes(`id="${ours.section}"`), name);
    assert.ok(page.includes(`../docs/experiments/${ours.picture}`), name);
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(
      readFileSync(`docs/experiments/${ours.picture}`, "utf8"),
    );
    assert.deepEqual([ours.width, ours.height], [Number(width), Number(height)], name);
  }
});

const shared = house();
const says = (page, text) =>
  page.evaluate(
    (t) => [...document.querySelectorAll("main p")].some((p) => p.textContent.includes(t) && p.checkVisibility()),
    text,
  );

test("a story link on a phone: the story in view, its title, and what to do next", async (t) => {
  const viewport = { width: 360, height: 740, hasTouch: true, isMobile: true };
  const page = await visit(t, shared, { viewport, fragment: linkOf(settings) });
  await said(page, "done");
  await until(page, "the title", () => document.title === "T 1.10 · Deep in the forest · Fabula");
  assert.ok(await says(page, "This story was shared with you. Move a slider to change it."));
  const inView = await page.$eval("#story-heading", (node) => {
    const { top, bottom } = node.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  });
  assert.ok(inView, "the story is in view");
  await page.reload();
  await ready(page);
  await said(page, "done");
  assert.equal(await says(page, "shared with you"), false, "after a reload it is the reader's own");
  await generate(page, { temperature: 0.2 });
  await until(page, "the title of the next story", () => document.title.startsWith("T 0.20 · "));
});

test("a link of an experiment says to press Run, and our own results stand there until the reader's do", async (t) => {
  const page = await visit(t, shared, { query: "experiments.html" });
  const formed = () => until(page, "the form", () => document.getElementById("experiment").dataset.ready === "");
  await formed();
  assert.ok(await says(page, "Novelty rises from temperature 0.8 on"));
  assert.ok(await page.$eval(".ours img", (img) => img.decode().then(() => img.naturalWidth > 0)));
  assert.equal(await says(page, "This experiment was shared with you"), false);
  await page.evaluate(() => {
    location.hash = "#x=1&e=sweep&grid=temperature=0.3,1.2&seeds=2&n=8&p=Once";
  });
  await until(page, "what to do", () =>
    document
      .querySelector("p.verdict")
      .textContent.startsWith("This experiment was shared with you. Press Run to repeat it."),
  );
  await press(page, "Run");
  await until(page, "the stories", () =>
    /^Digest of all stories/.test(document.querySelector("p.verdict").textContent),
  );
  assert.equal(await says(page, "Novelty rises from temperature 0.8 on"), false, "the reader's own results are there");
  await page.reload();
  await formed();
  await until(page, "the kept stories", () =>
    document.querySelector("p.verdict").textContent.startsWith("The stories match"),
  );
  assert.equal(await says(page, "Novelty rises from temperature 0.8 on"), false);
});
