// Several measurements of one thing, in few numbers.

/**
 * @typedef {object} Summary
 * @property {number} median
 * @property {number} min
 * @property {number} max
 * @property {number[]} runs every measurement, in the order in which they were taken
 */

/**
 * @param {number[]} numbers
 * @returns {Summary | null} nothing of nothing
 */
export function summary(numbers) {
  if (numbers.length === 0) return null;
  const all = [...numbers].sort((a, b) => a - b);
  const half = all.length >> 1;
  const median = all.length % 2 ? all[half] : (all[half - 1] + all[half]) / 2;
  return { median, min: all[0], max: all.at(-1), runs: numbers };
}

/**
 * What `combine` makes of the measurements of one round, over all rounds. What ran close together in time suffered from
 * the same neighbours on the machine, so a ratio within a round says more than a ratio of medians.
 * @param {(Summary | null | undefined)[]} rows
 * @param {(...round: number[]) => number} combine
 */
export function eachRound(rows, combine) {
  if (rows.some((row) => !row)) return null;
  const rounds = Math.min(...rows.map((row) => row.runs.length));
  return summary(Array.from({ length: rounds }, (_, round) => combine(...rows.map((row) => row.runs[round]))));
}
