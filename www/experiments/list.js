// The experiments of the page. The first is shown where a link names none.
import { judge } from "./judge/judge.js";
import { poet } from "./poet/poet.js";
import { sampling } from "./sampling/sampling.js";

/**
 * @import { Experiment } from "./experiment.js"
 */

/** @type {[Experiment, ...Experiment[]]} */
export const EXPERIMENTS = [sampling, poet, judge];

/**
 * The experiment that a link names by its `e`, or that an identity was made by; the first where neither is known.
 * @param {string} name
 */
export const experimentOf = (name) => EXPERIMENTS.find((experiment) => experiment.name === name) ?? EXPERIMENTS[0];
