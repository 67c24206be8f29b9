// Whether an experiment has come out as its link promised.

/**
 * @import { Promised } from "../experiment.js"
 */

/**
 * @param {Promised} promise
 * @param {{ digest: string, model: string, revision: number }} found
 * @returns {{ same: boolean, text: string }}
 */
export function verdict(promise, { digest, model, revision }) {
  if (promise.digest === digest) return { same: true, text: "All stories are reproduced exactly, token for token." };
  if (promise.model !== null && promise.model !== model) return { same: false, text: `Not the same stories: the link was made with the model ${promise.model}, this is ${model}.` };
  if (promise.engine_revision !== null && promise.engine_revision !== revision) {
    return { same: false, text: `Not the same stories: the link was made with engine revision ${promise.engine_revision}, this is ${revision}.` };
  }
  return { same: false, text: "Not the same stories: same model and engine, but the tokens differ. The link may have been changed." };
}
