// How much of a tint or of a bar a number is: shares between 0 and 1.

/** Where the tints are full. */
export const FULL = { surprisal: 12, entropy: 10, excess: 8, rank: 1000 };

/** The least probability that a logarithmic bar shows. */
export const LEAST = 1e-5;

/**
 * A number held between 0 and 1.
 * @param {number} share
 */
function within(share) {
  return Math.min(1, Math.max(0, share));
}

/** @param {number} bits */
export const surprisalShare = (bits) => within(bits / FULL.surprisal);

/** @param {number} bits */
export const entropyShare = (bits) => within(bits / FULL.entropy);

/**
 * Excess surprise has two sides: below 0 the token was less surprising than expected, above 0 more.
 * @param {number} bits
 */
export const excessShare = (bits) => Math.min(1, Math.max(-1, bits / FULL.excess));

/**
 * Ranks from 1, in equal steps for equal factors.
 * @param {number} rank
 */
export const rankShare = (rank) => within(Math.log(Math.max(1, rank)) / Math.log(FULL.rank));

/**
 * The length of a bar on a logarithmic axis from {@link LEAST} to 1.
 * @param {number} probability
 */
export function logShare(probability) {
  return probability <= LEAST ? 0 : within(1 - Math.log(probability) / Math.log(LEAST));
}

/**
 * The end of a linear axis for this probability. There are only a few, so that bars do not rescale at each move of a slider.
 * @param {number} probability
 */
export function axisEnd(probability) {
  return [0.1, 0.25, 0.5].find((end) => probability <= end) ?? 1;
}
