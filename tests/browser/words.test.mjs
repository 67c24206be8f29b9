// The page and the command line write numbers and verdicts in the same way. No browser: src/metrics/written.rs and src/link/verdict.rs are
// held to the same lists.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decimal, difference, pValue, percent, short, signed, write } from "../../www/parts/format.js";
import { verdict } from "../../www/session/verdict.js";

const cases = (name) => JSON.parse(readFileSync(new URL(`../${name}.json`, import.meta.url), "utf8"));

test("numbers are written as the command line writes them", () => {
  const { decimal: decimals, percent: shares, signed: differences, p: chances } = cases("written");
  for (const [value, digits, text] of decimals) {
    assert.equal(decimal(value, digits), text);
    assert.equal(write(value, { decimals: digits }), text);
  }
  for (const [value, text] of shares) assert.equal(write(value, "percent"), text);
  for (const [value, text] of differences) {
    assert.equal(signed(value), text);
    assert.equal(short(value), text.replace("+", ""));
  }
  for (const [value, text] of chances) assert.equal(pValue(value), text);
  assert.deepEqual([percent(null), decimal(NaN, 2), write(null, "percent")], ["–", "–", "–"]);
});

test("a difference is that of the numbers shown", () => {
  assert.equal(difference(0.524, 0.536, "percent"), "+2");
  assert.equal(difference(1, 0.996, "percent"), "−1");
  assert.equal(difference(0.1, 0.1004, "percent"), "0");
  assert.equal(difference(1.004, 1.006, { decimals: 2 }), "+0.01");
  assert.equal(difference(2, null, { decimals: 2 }), "–");
});

test("verdicts are those of the command line", () => {
  for (const { promise, found, verdict: expected } of cases("verdicts")) {
    const [digest, model, engine_revision] = promise;
    const [own, by, revision] = found;
    const told = verdict({ digest, model, engine_revision }, { digest: own, model: by, engine_revision: revision });
    assert.deepEqual(told && [told.same, told.text], expected);
  }
});
