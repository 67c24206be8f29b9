// What a dial says of a text's standing among people's. No browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DIALS, standing } from "../../www/views/dial.js";

test("where a text stands is told from the side that says more than 0%", () => {
  const said = (metric, share) =>
    standing(
      DIALS.find((kind) => kind.metric === metric),
      share,
    );
  for (const [share, words] of [
    [0, "Less new than all of people’s texts."],
    [0.004, "Less new than 99% of people’s texts."],
    [0.006, "Newer than 1% of people’s texts."],
    [0.62, "Newer than 62% of people’s texts."],
    [0.999, "Newer than 99% of people’s texts."],
    [1, "Newer than all of people’s texts."],
  ])
    assert.equal(said("novelty", share), words);
  assert.equal(said("coherence", 0), "Less safe than all of people’s texts.");
  assert.equal(said("coherence", 1), "Safer than all of people’s texts.");
  assert.equal(said("surprise", 0), "Less surprising than all of people’s texts.");
  assert.equal(said("surprise", 1), "More surprising than all of people’s texts.");
});
