// The human range of the drawings is the one that the reference holds.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { humanRange } from "./people.mjs";

const { lengths, quantiles } = JSON.parse(
  readFileSync(new URL("../../models/fable-9m/reference.json", import.meta.url), "utf8"),
);
const ends = (name, row) => [0.1, 0.9].map((share) => quantiles[name][row][share * (quantiles[name][row].length - 1)]);

test("at a stored length the range is the stored one; between two it lies half way on a scale of doublings", () => {
  const steps = quantiles.coherence[0].length - 1;
  assert.equal((0.1 * steps) % 1, 0, "the ends of the range are stored quantiles");
  lengths.forEach((length, row) => assert.deepEqual(humanRange("coherence", length), ends("coherence", row)));
  const [below, above] = [ends("novelty", 0), ends("novelty", 1)];
  humanRange("novelty", Math.sqrt(lengths[0] * lengths[1])).forEach((end, which) =>
    assert.ok(Math.abs(end - (below[which] + above[which]) / 2) < 1e-12),
  );
});

test("outside the stored lengths the nearest counts, and an unknown number is an error", () => {
  assert.deepEqual(humanRange("surprise", 1), humanRange("surprise", lengths[0]));
  assert.deepEqual(humanRange("surprise", 10_000), humanRange("surprise", lengths.at(-1)));
  assert.throws(() => humanRange("wit", 96), /no wit/);
});
