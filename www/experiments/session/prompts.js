// The prompts of an experiment: several, or that of its settings.

/**
 * @import { Settings } from "../../protocol.js"
 */

/** @typedef {{ base: Settings, prompts?: string[] }} Prompted */

/** The most prompts of an experiment on this page: more do not fit into a link. */
const MOST = 100;

/** @param {Prompted} experiment */
export const promptsOf = ({ base, prompts }) => (prompts?.length ? prompts : [base.prompt]);

/**
 * For a report, which has the words of many in its link.
 * @param {string[]} prompts
 */
export const promptsInWords = (prompts) =>
  prompts.length > 3
    ? `${prompts.length} prompts, listed in the link`
    : `${prompts.length === 1 ? "prompt" : "prompts"}: ${prompts.map((prompt) => `“${prompt}”`).join(", ")}`;

/**
 * Why there cannot be so many prompts.
 * @param {Prompted} experiment
 * @returns {string | null}  null if there can
 */
export function tooManyPrompts(experiment) {
  const { length } = promptsOf(experiment);
  return length > MOST
    ? `These are ${length} prompts. This page takes at most ${MOST}, because more do not fit into a link.`
    : null;
}

/**
 * An experiment of a link with the prompts as the form can hold them, one per line; and what had to be changed.
 * @template {Prompted} Experiment
 * @param {Experiment} experiment
 * @returns {{ fitted: Experiment, problem: string | null }}
 */
export function withLines(experiment) {
  const prompts = promptsOf(experiment);
  const lines = prompts
    .map((prompt) => prompt.replaceAll(/\s*[\r\n]+\s*/g, " "))
    .filter((prompt) => prompts.length === 1 || prompt.trim() !== "");
  if (lines.length === prompts.length && lines.every((line, index) => line === prompts[index]))
    return { fitted: experiment, problem: null };
  return {
    fitted: {
      ...experiment,
      base: { ...experiment.base, prompt: lines[0] ?? "" },
      prompts: lines.length > 1 ? lines : [],
    },
    problem:
      "This page takes one prompt per line. Empty prompts in the link were left out, and each line break inside a prompt became a space.",
  };
}
