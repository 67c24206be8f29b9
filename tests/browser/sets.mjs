// Which tests are asked for: with FABULA_ALL=1 the whole set, else the quick one, which leaves out what takes long and seldom breaks.
//   node --test --test-concurrency=2 tests/browser/*.test.mjs tests/engines/*.test.mjs
// No more than two files at a time: each has a browser of its own, and each page computes.

export const isWhole = process.env.FABULA_ALL === "1";

/** Why a test of the whole set does not run now, for `skip`; false where it does. */
export const inWholeSet = isWhole ? false : "in the whole set only: FABULA_ALL=1";
