// Tables for spreadsheets: no text in them runs there, whoever wrote it; numbers stay numbers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { toCsv as judgements } from "../../www/experiments/judge/csv.js";
import { csvOf } from "../../www/parts/csv.js";
import { toCsv as stories } from "../../www/session/csv.js";
import { readCsv } from "./downloads.mjs";
import { keptStory } from "./kept-story.mjs";

const FORMULAS = [
  "=1+1",
  "+1+1",
  "-1+1",
  "@SUM(A1:A9)",
  "\t=1+1",
  "\r=1+1",
  "\n=1+1",
  "  =1+1",
  "\u00a0=1+1",
  "＝1+1",
  "＋1",
  "－1",
  "＠SUM(1)",
  '=HYPERLINK("http://example.org","a, b")',
  "-3",
];
const HARMLESS = ["", "Once upon a time", "a = b", "1+1=2", "‘Quoted’", "…", "ü", "3", "#v=1&p=%3D1"];

test("text that a spreadsheet would run has an apostrophe before it, other text is not altered", () => {
  const rows = readCsv(csvOf([["text", (text) => text]], [...FORMULAS, ...HARMLESS]));
  assert.deepEqual(
    rows.map(({ text }) => text),
    [...FORMULAS.map((text) => `'${text}`), ...HARMLESS],
  );
});

test("numbers stay numbers, also below zero; nothing is an empty cell", () => {
  const values = [-0.25, -3, 1e-7, 0, true, false, null, undefined];
  const rows = readCsv(csvOf([["value", (value) => value]], values));
  assert.deepEqual(
    rows.map(({ value }) => value),
    ["-0.25", "-3", "1e-7", "0", "true", "false", "", ""],
  );
});

/** Puts a formula in the place of every text, and keeps numbers. */
function hostile(value, formula) {
  if (typeof value === "string") return formula;
  if (Array.isArray(value)) return value.map((item) => hostile(item, formula));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, hostile(item, formula)]));
}

/** No cell of a table begins like a formula, but numbers. */
function isHarmless(text) {
  const rows = readCsv(text);
  assert.ok(rows.length > 0);
  for (const [name, value] of rows.flatMap((row) => Object.entries(row)))
    assert.ok(/^-?\d+(\.\d+)?(e-?\d+)?$/.test(value) || !/^[\s]*[=+\-@＝＋－＠]/.test(value), `${name}: ${value}`);
}

test("no cell of the exported stories runs, whatever their texts are", () => {
  const story = keptStory({ name: "name", rating: 3, parent: { key: "other", position: 4 } });
  Object.assign(story.record.settings, {
    options: { presence_penalty: -0.5 },
    order: ["top_k"],
    forced: [[2, 300]],
    adapter: { id: "poet@01234567", strength: 1 },
  });
  for (const formula of FORMULAS) isHarmless(stories([hostile(story, formula)]));
  const [row] = readCsv(stories([hostile(story, "=1+1")]));
  assert.equal(row["option:presence_penalty"], "-0.5");
  assert.equal(row.prompt, "'=1+1");
});

test("a story's settings, numbers and texts are in columns of their own, exactly", () => {
  const story = keptStory({ name: 'A "name", with commas', created: Date.UTC(2026, 0, 2) });
  const { record } = story;
  Object.assign(record.settings, {
    prompt: 'He said "no",\nand went, =1+1',
    forced: [
      [2, 300],
      [5, 415],
    ],
    order: ["top_k", "temperature"],
  });
  const [row, other] = readCsv(stories([story, keptStory()]));
  const { prompt, temperature } = record.settings;
  const { model, engine_revision: revision, text, link } = record;
  for (const [name, value] of Object.entries({
    ...{
      name: story.name,
      created: "2026-01-02T00:00:00.000Z",
      starred: false,
      prompt,
      temperature,
      model,
      text,
      link,
    },
    ...{ engine_revision: revision, forced: "2:300 5:415", order: "top_k temperature" },
    ...record.numbers,
    ...Object.fromEntries(Object.entries(record.percentiles).map(([metric, share]) => [`percentile:${metric}`, share])),
  }))
    assert.equal(row[name], value === null ? "" : String(value), name);
  assert.equal(other.name, "");
});

test("no cell of the exported judgements runs, whatever their texts are", () => {
  const told = { seed: 1, ended: "length", digest: "01234567", link: "#v=1", numbers: { gain: -0.5 }, text: "Once" };
  const row = {
    item: 0,
    prompt: 0,
    prompt_text: "Once",
    left_out: [{ criterion: "novelty", reason: "none" }],
    judged: told,
    control: told,
    baseline: { gain: -0.25 },
  };
  for (const formula of FORMULAS) isHarmless(judgements([hostile(row, formula)]));
  const [written] = readCsv(judgements([hostile(row, "@A1")]));
  assert.deepEqual([written.judged_gain, written.baseline_gain, written.prompt_text], ["-0.5", "-0.25", "'@A1"]);
});
