// Which files of stories are taken, and what becomes of stories that are here already. No browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { LARGEST_BYTES, fromJson, toJson, withStories } from "../../www/session/exchange.js";
import { entryOf } from "../../www/session/story-format.js";
import { keptStory } from "./kept-story.mjs";

const good = JSON.parse(toJson([keptStory()]));
const read = (text) => fromJson(new Blob([text]));
/** The file with its story changed. */
function variant(change) {
  const file = structuredClone(good);
  change(file.stories[0], file);
  return JSON.stringify(file);
}

test("files that are no exports are refused with the reason", async () => {
  for (const [text, words] of [
    ['{"format": "fabula-stories"', /no JSON/],
    ["", /no JSON/],
    ["[1, 2, 3]", /no stories of Fabula/],
    ['{"format": "other", "stories": []}', /no stories of Fabula/],
    [JSON.stringify({ ...good, version: 2 }), /version 2/],
    [JSON.stringify({ ...good, stories: {} }), /no list/],
  ]) {
    const { stories, problems, refused } = await read(text);
    assert.deepEqual([stories, problems], [[], []], text);
    assert.match(refused, words);
  }
  const huge = /** @type {Blob} */ ({ size: LARGEST_BYTES + 1 });
  assert.match((await fromJson(huge)).refused, /larger than 400 MB/);
});

test("stories that are damaged are named with what is wrong, and only they are left out", async () => {
  for (const [text, ...words] of [
    [
      variant((one, file) => (file.stories = [7, null, one.key])),
      /^Story 1 of the file: it is not an object/,
      /^Story 2/,
      /^Story 3/,
    ],
    [variant((one) => (one.record.text = 5)), /record\.text is not a text/],
    [variant((one) => (one.record.settings.seed = 2 ** 32)), /seed/],
    [variant((one) => one.record.surprisal_bits.pop()), /different lengths/],
    [variant((one) => (one.rating = 6)), /rating is not between 1 and 5/],
    [variant((one) => (one.record.onclick = "x")), /not known here: onclick/],
    [
      JSON.stringify(good).replace('"starred"', '"__proto__": {"polluted": true}, "starred"'),
      /not known here: __proto__/,
    ],
    [JSON.stringify(good).replace('"numbers":{', '"numbers":{"__proto__":1,'), /no metric/],
  ]) {
    const { stories, problems, refused } = await read(text);
    assert.deepEqual([stories, refused, problems.length], [[], null, words.length], text.slice(0, 200));
    for (const [at, pattern] of words.entries()) assert.match(problems[at], pattern);
  }
  assert.equal({}.polluted, undefined);
  const both = await read(variant((one, file) => file.stories.push({ ...one, key: "two", rating: "many" })));
  assert.deepEqual(both.stories, good.stories);
  assert.match(both.problems.join(), /^Story 2 of the file: rating/);
});

test("a story of the same key but another content is taken as another story, its branches with it, once", () => {
  const own = [entryOf(keptStory())];
  const one = keptStory({ name: "Elsewhere" });
  const branch = keptStory({ key: "another", number: 2, parent: { key: one.key, position: 3 } });
  const { entries, added, skipped } = withStories(own, [one, branch]);
  assert.deepEqual([entries.length, added.length, skipped], [3, 2, 0]);
  const taken = entries.find(({ name }) => name === "Elsewhere");
  assert.notEqual(taken.key, one.key);
  assert.equal(entries.find(({ key }) => key === "another").parent.key, taken.key);
  assert.equal(new Set(entries.map(({ number }) => number)).size, 3, "no number twice");
  assert.deepEqual(withStories(entries, [one, branch]), { entries, added: [], skipped: 2 });
});
