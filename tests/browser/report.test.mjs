// Every experiment's report on paper: one page, whole, in letters that can be read. In Chromium, whose driver writes the paper as a PDF.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { judgements, sweep } from "../../scripts/plots/data.mjs";
import { entry } from "./command.mjs";
import { formed, open, reaches, told } from "./experiments.mjs";
import { openLibrary, until } from "./reader.mjs";
import { house, isFirefox } from "./support.mjs";

const shared = house();
const options = { skip: isFirefox };

/** Points below which print is no longer read, but deciphered. */
const SMALLEST = 6.4;

/** FABULA_REPORTS names a folder to keep the PDFs in, to be looked at. */
const kept = process.env.FABULA_REPORTS;

/** How many pages it takes on paper of a size. */
async function pages(page, name, format) {
  const paper = Buffer.from(await page.pdf({ format, preferCSSPageSize: true }));
  if (kept) writeFileSync(path.join(kept, `${name}-${format}.pdf`), paper);
  const [found] = [...paper.toString("latin1").matchAll(/\/Type \/Pages\b[^>]*?\/Count (\d+)/g)];
  return Number(found[1]);
}

/** What is printed too small, or reaches beyond its own card. */
const flaws = (page, smallest) =>
  page.evaluate((points) => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { parentElement: parent, data } = walker.currentNode;
      if (
        data.trim() === "" ||
        !parent.checkVisibility({ visibilityProperty: true }) ||
        parent.closest(".visually-hidden")
      )
        continue;
      const size = parseFloat(getComputedStyle(parent).fontSize) * 0.75;
      if (size < points) found.push(`${size} pt: ${data.slice(0, 40)}`);
      const range = document.createRange();
      range.selectNodeContents(walker.currentNode);
      const [box, card] = [range.getBoundingClientRect(), parent.closest(".card")?.getBoundingClientRect()];
      if (
        card &&
        box.width > 0 &&
        (box.right > card.right + 1 || box.left < card.left - 1 || box.bottom > card.bottom + 1)
      )
        found.push(`beyond its card: ${data.slice(0, 40)}`);
    }
    return found;
  }, smallest);

async function isOnePage(page, name) {
  assert.deepEqual(
    { A4: await pages(page, name, "A4"), Letter: await pages(page, name, "Letter") },
    { A4: 1, Letter: 1 },
  );
  // As wide as A4 without its margins.
  await page.setViewport({ width: 703, height: 1000 });
  await page.emulateMediaType("print");
  assert.deepEqual(await flaws(page, SMALLEST), []);
}

/** Keeps rows of an experiment as the page does. */
async function keep(page, name, description, rows) {
  const { engine } = await page.evaluate(() => globalThis.said.find(({ type }) => type === "hello"));
  const measures = await page.evaluate(async () => {
    const at = (path_) => new URL(path_, document.baseURI).href;
    const { modelFile } = await import(at("www/experiments/session/manifest.js"));
    return (await modelFile(at("models/index.json"), null)).measures;
  });
  const identity = JSON.stringify({
    e: name,
    ...description,
    model: `${entry.name}@${entry.sha256.slice(0, 8)}`,
    engine: engine.revision,
    measures,
  });
  await page.evaluate(
    (key, all) =>
      new Promise((resolve, reject) => {
        const asked = indexedDB.open("fabula-experiments");
        asked.onerror = reject;
        asked.onsuccess = () => {
          const writing = asked.result.transaction(["experiments", "rows"], "readwrite");
          writing.objectStore("experiments").put({ identity: key, used: Date.now() + 1000 });
          for (const row of all) writing.objectStore("rows").put({ identity: key, row });
          writing.oncomplete = () => {
            asked.result.close();
            resolve();
          };
        };
      }),
    identity,
    rows,
  );
}

/**
 * Shows our own runs of experiments, of which docs/experiments has the rows, one after the other, as if they had been written here, and
 * prints each. The library is opened once for all of them.
 */
async function areOnePageEach(t, runs) {
  const page = await open(t, shared, { fragment: `#${FIRST}` });
  for (const { name, description, rows } of runs) await keep(page, name, description, rows);
  // Without the link in the address, what was written last is there.
  await page.goto(`${shared.server.url}experiments.html?again#${FIRST}`);
  await formed(page);
  await openLibrary(page);
  for (const { name, title, isDrawn } of runs) {
    if (name !== FIRST)
      await page.evaluate((place) => {
        location.hash = place;
      }, name);
    await until(page, title, (which) => document.querySelector(".chooser [aria-current]").hash === `#${which}`, name);
    await reaches(page, "^All .* are written");
    await until(page, "the digest", () => location.hash.includes("digest="));
    await isDrawn(page);
    await isOnePage(page, title);
    await page.emulateMediaType(null);
    await page.setViewport({ width: 1280, height: 900 });
  }
}
/** The experiment that the page opens with. */
const FIRST = "sweep";

/** Rows of a sweep as the page keeps them; the texts are in no CSV, and on no report. */
function sweepRows(file) {
  const { grid, stories, names, values } = sweep(file);
  const columns = names.filter((name) => isNumber(name)).map((name) => [name, values(name)]);
  const runs = columns[0][1].length;
  return {
    grid,
    rows: Array.from({ length: runs }, (_, run) => ({
      run,
      cell: Math.floor(run / stories),
      prompt: 0,
      values: {},
      seed: 1,
      ended: "length",
      digest: "00000000",
      text: "",
      tokens: 96,
      link: "#v=1",
      numbers: Object.fromEntries(columns.flatMap(([name, all]) => (all[run] === null ? [] : [[name, all[run]]]))),
      percentiles: {},
    })),
  };
}
const isNumber = (name) =>
  !["run", "cell", "prompt", "temperature", "top_p", "strength", "seed", "ended", "digest", "link"].includes(name);

const sampling = () => {
  const { grid, rows } = sweepRows("sampling.csv");
  return { title: "sampling", name: "sweep", description: { grid }, rows, isDrawn: told };
};

const poet = () => {
  const { grid, rows } = sweepRows("poet.csv");
  const isDrawn = (page) =>
    until(page, "every plot", () =>
      [...document.querySelectorAll(".measure")].every((measure) => measure.querySelector("svg")),
    );
  return { title: "poet", name: "poet", description: { grid }, rows, isDrawn };
};

const judged = (file) => {
  const { protocol, rows } = judgements(file);
  const isDrawn = (page) =>
    until(page, "eight numbers", () => document.querySelectorAll(".effects tbody tr").length === 8);
  return {
    title: file,
    name: "judge",
    description: { protocol },
    rows: rows.map((row, run) => ({ run, ...row })),
    isDrawn,
  };
};

test("one page each: 35 cells of 24 stories, seven strengths of 48, all eight numbers of best of n", options, (t) =>
  areOnePageEach(t, [sampling(), poet(), judged("best-of.jsonl")]),
);

test("one page: all eight numbers of revise", options, (t) => areOnePageEach(t, [judged("revise.jsonl")]));
