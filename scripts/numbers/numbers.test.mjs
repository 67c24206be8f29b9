// The page's numbers belong to the model that is here, and a new model's come into their places.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gibberish } from "./gibberish.mjs";
import { partialSpearman, partialWithInterval } from "./partial.mjs";
import { agreementLine, agreementTables, rangesOf, written } from "./rows.mjs";
import { renewed, scoresOf, smallTexts } from "./small-texts.mjs";
import { unwrapped } from "../wrap.mjs";

const page = unwrapped(readFileSync("docs/methods.md", "utf8"));
const known = JSON.parse(readFileSync("docs/methods-small-texts.json", "utf8"));
const reference = JSON.parse(readFileSync("models/fable-9m/reference.json", "utf8"));
const section = (words) => page.split(/^(?=##+ )/m).find((one) => one.startsWith(words));

test("human ranges on the page are those of the reference", () => {
  assert.equal(rangesOf(section("### SLOR per word"), ["slor_per_word_bits"], reference), section("### SLOR per word"));
  assert.match(rangesOf("Human range at 128 tokens: 5 to 9.", ["slor_per_word_bits"], reference), /: 6 to 8\./);
});

test("the small texts are read from the page, and their numbers are placed by name and old value", () => {
  assert.deepEqual(
    smallTexts(page).map(({ id }) => id),
    Object.keys(known),
  );
  assert.equal(
    smallTexts(page)
      .find(({ id }) => id === "loop")
      .text.match(/The fox went to the door\./g).length,
    8,
  );
  const coherence = section("### Coherence, the headline");
  assert.deepEqual(renewed(coherence, ["coherence"], known, known), [coherence, []]);
  const changed = { ...known, contradiction: { coherence: 0.5 }, copied: { coherence: -0.25 } };
  const [text] = renewed(coherence, ["coherence"], known, changed);
  assert.match(text, /\*contradiction\* has 0\.50 and \*loop\* 2\.34.* \*copied\*, has −0\.25/);
});

test("a number of no small text stays, and is told", () => {
  const line =
    "- **Fooled by**: *short*, four words, has 0.43; so has the prompt told twice over (0.43); *same again* 0.98.";
  const [text, unclear] = renewed(line, ["creative_region"], known, {
    short: { creative_region: 0.25 },
    "same again": { creative_region: null },
  });
  assert.equal(text, line.replace("0.43", "0.25"));
  assert.equal(unclear.length, 2, "the prompt's, and the one that has no number any more");
});

test("the judge's score weighs its parts alike, and what is missing counts nothing", () => {
  const of = (coherence, percentiles) => scoresOf([{ id: "a", metrics: { coherence }, percentiles }]).a.score;
  assert.equal(of(-1, { novelty: 0.25, relevance_bits: 0.75 }), 0.5);
  assert.equal(of(null, { relevance_bits: 1 }), 1 / 3);
});

test("lines and tables of agreement", () => {
  const sets = {
    quality: "minp_v2",
    diversity: "minp_v2",
    coherence: "union_roc",
    repetition: "union_roc",
    creativity: "creative_story_gen",
    originality: "creative_story_gen",
    surprise: "creative_story_gen",
    value: "creative_story_gen",
  };
  const one = {
    metric: "coherence",
    spearman: 0.5,
    interval: [0.1, 0.8],
    partial: -0.004,
    partial_interval: [-0.2, 0.1],
  };
  const agreements = [
    ...Object.entries(sets).map(([rating, set]) => ({ ...one, set, rating })),
    { ...one, set: "artificial", rating: "quality", spearman: -0.25, interval: [-0.5, 0] },
  ];
  const line = agreementLine(agreements, ["coherence"], "");
  assert.match(
    line,
    /^- \*\*Agreement\*\*: quality \+0\.50 \[0\.00 ○\], diversity .*value \+0\.50 \[0\.00 ○\]\. Artificial: −0\.25 ○\.$/,
  );
  const table = "| | coherence | given length |\n|---|---|---|\n| `coherence` | +0.18 | |\n";
  assert.match(
    agreementTables(table, agreements),
    /^\| `coherence` \| \+0\.50 \(\+0\.10 to \+0\.80\) \| 0\.00 \(−0\.20 to \+0\.10\) ○ \|$/m,
  );
  assert.throws(() => agreementLine([], ["coherence"], ""), /no agreement of coherence/);
  assert.deepEqual([written(7875.2, 0), written(-0.001, 2), written(-5.5, 1)], ["7,875", "0.00", "−5.5"]);
});

test("the artificial set turns to gibberish by the share it says, the same every time", () => {
  const texts = [
    { id: "a", text: Array.from({ length: 400 }, () => "word").join(" ") },
    { id: "b", text: "other words here" },
  ];
  const made = gibberish(texts, ["Ġx", "yz", "Ċ"]);
  assert.deepEqual(made, gibberish(texts, ["Ġx", "yz", "Ċ"]));
  assert.equal(made.length, 22);
  assert.equal(made[0].text, texts[0].text);
  for (const { text, human } of made.filter(({ id }) => id.startsWith("a tokens"))) {
    const changed = text.split(" ").filter((word) => word !== "word").length / 400;
    assert.ok(Math.abs(changed + human.quality) < 0.06, `${changed} of ${-human.quality}`);
  }
});

test("a correlation with two numbers held fixed is that of what they leave", () => {
  const xs = [3, 1, 4, 1.5, 9, 2.6, 5, 3.5, 8, 9.7];
  const ys = [2, 7, 1, 8, 2.8, 1.8, 2.84, 5.9, 0.4, 5];
  const first = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const second = [5, 2, 8, 1, 9, 3, 7, 10, 4, 6];
  assert.ok(Math.abs(partialSpearman(xs, ys, first, second) - residual(xs, ys, [first, second])) < 1e-12);
  const { value, interval } = partialWithInterval(xs, ys, first, second);
  assert.ok(interval[0] < value && value < interval[1]);
  assert.deepEqual(partialWithInterval(xs, ys, first, second).interval, interval);
  assert.throws(
    () =>
      partialWithInterval(
        xs,
        ys,
        first,
        first.map(() => 1),
      ),
    /no correlation/,
  );
});

/** The definition: the correlation of what is left of the ranks when each fixed number's part is taken out, one after the other. */
function residual(xs, ys, fixed) {
  const ranks = (values) => values.map((value) => values.filter((other) => other < value).length);
  const centred = (values) => values.map((value) => value - values.reduce((sum, one) => sum + one, 0) / values.length);
  const dot = (a, b) => a.reduce((sum, value, index) => sum + value * b[index], 0);
  let [x, y, ...others] = [xs, ys, ...fixed].map((values) => centred(ranks(values)));
  while (others.length > 0) {
    const [one, ...rest] = others;
    const without = (values) => values.map((value, index) => value - (dot(values, one) / dot(one, one)) * one[index]);
    [x, y, ...others] = [x, y, ...rest].map(without);
  }
  return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}
