// The default settings of the experiment with the Poet: about a minute of work for two cores.

/**
 * @import { AdapterDescription, Grid } from "../../protocol.js"
 */

/** Beginnings of verse; beginnings of stories, beside the default one. */
const VERSE = [
  "The moon came up above the silent town,",
  "O wind that wanders by the sea,",
  "When I was young, and all the world was green,",
];
const TALES = [
  "The old king had three daughters, and the youngest",
  "Tom opened the box that his grandmother had left him.",
];
const STRENGTHS = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5];
const SEEDS = 3;
const TOKENS = 80;

/**
 * @param {Grid} grid  of which everything else is taken
 * @param {AdapterDescription} adapter
 * @returns {Grid}
 */
export const defaultGrid = ({ base }, { id }) => ({
  base: { ...base, prompt: VERSE[0] ?? "", length: TOKENS, adapter: { id, strength: 1 } },
  axes: [{ name: "strength", values: STRENGTHS }],
  prompts: [...VERSE, base.prompt, ...TALES],
  seeds: SEEDS,
});
