// Whether an experiment has come out as its link promised.
import { capital } from "../../parts/format.js";
import { verdict as compare } from "../../session/verdict.js";

/**
 * @import { Promised } from "../experiment.js"
 */

/**
 * @param {Promised} promise
 * @param {{ digest: string, model: string, revision: number, kept: number }} found  `kept`: stories that an earlier visit wrote
 * @returns {{ same: boolean, text: string }}
 */
export function verdict(promise, { digest, model, revision, kept }) {
  const found = compare(promise, { digest, model, engine_revision: revision }, "stories");
  if (!found?.same) return { same: false, text: `${capital(found?.text ?? "nothing was promised")}.` };
  const text =
    kept > 0
      ? "The stories are those of the link, token for token. Some were kept here by an earlier visit: start over to write all of them again."
      : `All stories are ${found.text}, token for token.`;
  return { same: true, text };
}
