// A story from a file is checked against the limits of the engine, if they are known. No browser.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { storyProblem } from "../../www/session/story-format.js";

const [record] = JSON.parse(readFileSync(new URL("../../www/example.json", import.meta.url), "utf8"));
const story = (settings) => ({
  ...{ key: "one", number: 1, verdict: null, spans: null, created: null, name: null, starred: false, rating: null },
  parent: null,
  record: { ...record, settings: { ...record.settings, ...settings } },
});
const limits = {
  temperature: [0, 3],
  top_p: [0.1, 1],
  seed: [0, 100],
  length: [1, 1000],
  strength: [0, 4],
  prompt_characters: 10,
};
const inside = {
  prompt: "🦊 and crow",
  temperature: 3,
  top_p: 0.1,
  seed: 100,
  length: 1000,
  adapter: { id: "poet@0123abcd", strength: 4 },
};

test("settings within the limits of the engine are taken, whatever these are", () => {
  assert.equal(storyProblem(story(inside), limits), null);
});

for (const [name, value, words] of [
  ["prompt", "🦊 and crows", "record.settings.prompt is longer than 10 characters"],
  ["temperature", 3.5, "record.settings.temperature is not between 0 and 3"],
  ["top_p", 0.05, "record.settings.top_p is not between 0.1 and 1"],
  ["seed", 101, "record.settings.seed is not between 0 and 100"],
  ["length", 1001, "record.settings.length is not between 1 and 1000"],
  ["adapter", { id: "poet@0123abcd", strength: 4.5 }, "record.settings.adapter.strength is not between 0 and 4"],
]) {
  test(`${name} beyond its limit is refused; without an engine its limit is not known`, () => {
    const beyond = story({ ...inside, [name]: value });
    assert.equal(storyProblem(beyond, limits), words);
    assert.equal(storyProblem(beyond, null), null);
  });
}

test("without an engine, settings must still be numbers", () => {
  for (const [name, value] of [
    ["temperature", "hot"],
    ["temperature", null],
    ["top_p", NaN],
    ["seed", 2 ** 32],
    ["length", 1.5],
    ["prompt", 7],
  ])
    assert.match(storyProblem(story({ [name]: value }), null), new RegExp(`^record.settings.${name} is`));
});
