// Which stories the filter of map and table lets pass, and how they are sorted. No browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { adapterWords, modelWords } from "../../www/views/adapter-words.js";
import { chainWords } from "../../www/views/chain-words.js";
import {
  ANY_ADAPTER,
  ANY_STAGE,
  NO_ADAPTER,
  NO_STAGE,
  everything,
  filterWords,
  isOn,
  passes,
} from "../../www/views/map-filter.js";
import { USUAL_SORTING, columnsOf, sorted } from "../../www/views/table-columns.js";

const parameter = (stage, name, usual, switches) => ({
  stage,
  name,
  usual,
  switches,
  label: name,
  from: 0,
  to: 1,
  step: 0.01,
  whole: false,
  suggested: 1,
});
const chain = {
  stages: [
    ["temperature", "Temperature"],
    ["top_k", "Top-k"],
    ["top_p", "Top-p"],
    ["dry", "DRY"],
  ].map(([name, label]) => ({ name, label, explanation: "", source: "" })),
  parameters: [
    parameter("top_k", "top_k", 0, true),
    parameter("dry", "dry", 0, true),
    parameter("dry", "dry_base", 1.75, false),
  ],
  presets: [],
};
const story = (number, change = {}, settings = {}, numbers = {}, model = "fable@1") => ({
  key: `own-${number}`,
  number,
  origin: "own",
  starred: false,
  rating: null,
  ...change,
  record: {
    model,
    settings: { prompt: "A", temperature: 0.8, top_p: 0.95, seed: number, length: 8, ...settings },
    numbers,
    percentiles: {},
  },
});
const stories = [
  story(0, { origin: "example", key: "example-0" }),
  story(1, { starred: true, rating: 2 }, { temperature: Math.fround(0.3) }),
  story(2, { rating: 5 }, { temperature: 1.2, top_p: Math.fround(0.9), options: { top_k: 40 } }),
  story(3, {}, { prompt: "B", options: { dry_base: 2 }, adapter: { id: "poet@01234567", strength: 0.75 } }),
  story(4, {}, { options: { dry: 0.8, top_k: 5 }, adapter: { id: "mine@89abcdef", strength: 0 } }, {}, "other@2"),
];
const numbers = (wish, description = chain) =>
  stories.filter((entry) => passes(entry, { ...everything, ...wish }, description)).map(({ number }) => number);

test("each wish lets its stories pass, and words say it", () => {
  for (const [wish, passing, words] of [
    [{}, [0, 1, 2, 3, 4], ""],
    [{ origin: "own" }, [1, 2, 3, 4], "yours"],
    [{ origin: "example" }, [0], "examples"],
    [{ origin: "starred" }, [1], "starred"],
    [{ temperature: [0.3, 0.8] }, [0, 1, 3, 4], "temperature 0.30 to 0.80"],
    [{ temperature: [1, null] }, [2], "temperature from 1.00"],
    [{ temperature: [2, 1] }, [], "temperature 2.00 to 1.00"],
    [{ topP: [null, 0.9] }, [2], "top-p up to 0.90"],
    [{ chain: NO_STAGE }, [0, 1, 3], "temperature and top-p only"],
    [{ chain: ANY_STAGE }, [2, 4], "with more samplers"],
    [{ chain: "dry" }, [4], "with DRY"],
    [{ adapter: NO_ADAPTER }, [0, 1, 2], "without an adapter"],
    [{ adapter: ANY_ADAPTER }, [3, 4], "with an adapter"],
    [{ adapter: "verse@01234567" }, [3], "by verse"],
    [{ strength: [0.5, 0.75] }, [3], "strength 50% to 75%"],
    [{ strength: [null, 0.5] }, [4], "strength up to 50%"],
    [{ adapter: NO_ADAPTER, strength: [0, null] }, [], "without an adapter, strength from 0%"],
    [{ prompt: "B" }, [3], "one prompt"],
    [{ rating: 1 }, [1, 2], "value 1 or more"],
    [{ rating: 5 }, [2], "value 5"],
    [{ model: "other@2" }, [4], "other@2"],
    [{ origin: "own", chain: ANY_STAGE, rating: 3 }, [2], "yours, with more samplers, value 3 or more"],
  ]) {
    assert.deepEqual(numbers(wish), passing, JSON.stringify(wish));
    assert.equal(filterWords({ ...everything, ...wish }, chain), words);
    assert.equal(isOn({ ...everything, ...wish }), words !== "");
  }
});

test("before the engine has described its chain, every option that was set counts", () => {
  assert.deepEqual(numbers({ chain: ANY_STAGE }, null), [2, 3, 4]);
  assert.deepEqual(numbers({ chain: "dry" }, null), [4]);
});

test("the chain in few words", () => {
  const words = (options, more = {}) => chainWords({ ...stories[0].record.settings, options, ...more }, chain);
  assert.equal(words({}), "");
  assert.equal(words({ dry: Math.fround(0.8), top_k: 5 }), "Top-k 5, DRY 0.8");
  assert.equal(words({ top_k: 0 }), "");
  assert.equal(
    words(
      {},
      {
        order: ["top_p", "temperature"],
        forced: [
          [1, 2],
          [3, 4],
        ],
      },
    ),
    "own order, 2 tokens given",
  );
});

test("the adapter in few words, and whose probabilities the chart has", () => {
  const by = (id, strength) => ({ ...stories[0].record.settings, adapter: { id, strength } });
  const [plain, poet] = [stories[0].record.settings, by("poet@01234567", 0.75)];
  assert.deepEqual([plain, poet, by("poet@01234567", 0.333), by("a@b@01234567", 1.5)].map(adapterWords), [
    "",
    "poet 75%",
    "poet 33.3%",
    "a@b 150%",
  ]);
  assert.equal(modelWords(plain, plain), "model");
  assert.equal(modelWords(plain, by("poet@01234567", 0)), "model", "at strength 0 it is the model itself");
  assert.equal(modelWords(poet, by("verse@01234567", 0.75)), "model with poet 75%", "the hash counts");
  assert.equal(modelWords(poet, by("poet@01234567", 1)), "model with poet 75%, as this story was written");
  assert.equal(modelWords(plain, poet), "model without an adapter, as this story was written");
});

test("sorting: either way, without a number last, the newest first among equals", () => {
  const with_ = [...stories, story(5, {}, {}, { session_novelty: 0.2 }), story(6, {}, {}, { session_novelty: 0.7 })];
  const columns = columnsOf(with_, ["session_novelty", "coherence"], chain);
  const order = (key, direction) => sorted(with_, columns, { key, direction }).map(({ number }) => number);
  assert.deepEqual(order(USUAL_SORTING.key, USUAL_SORTING.direction), [6, 5, 4, 3, 2, 1, 0]);
  assert.deepEqual(order("story", "ascending"), [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(order("session_novelty", "descending"), [6, 5, 4, 3, 2, 1, 0]);
  assert.deepEqual(order("session_novelty", "ascending"), [5, 6, 4, 3, 2, 1, 0]);
  assert.deepEqual(order("temperature", "ascending"), [1, 6, 5, 4, 3, 0, 2]);
  assert.deepEqual(order("rating", "descending"), [2, 1, 6, 5, 4, 3, 0]);
  assert.deepEqual(order("adapter", "ascending"), [4, 3, 6, 5, 2, 1, 0]);
  assert.equal(columns.filter(({ key }) => key === "coherence").length, 1, "no column twice");
  assert.ok(
    !columnsOf(stories.slice(0, 3), ["session_novelty", "coherence"], chain).some(({ key }) => key === "adapter"),
    "none for what no story has",
  );
});
