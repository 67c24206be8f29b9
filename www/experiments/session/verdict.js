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
      ? "The stories match the link, token for token. Some of them were saved on an earlier visit. To write all of them again, start over."
      : `All stories are ${found.text}, token for token.`;
  return { same: true, text };
}
