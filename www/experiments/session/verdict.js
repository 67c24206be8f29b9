// Whether an experiment has come out as its link promised.

/**
 * @import { Promised } from "../experiment.js"
 */

/**
 * @param {Promised} promise
 * @param {{ digest: string, model: string, revision: number, kept: number }} found  `kept`: stories that an earlier visit wrote
 * @returns {{ same: boolean, text: string }}
 */
export function verdict(promise, { digest, model, revision, kept }) {
  if (promise.digest === digest) {
    const text =
      kept > 0
        ? "The stories are those of the link, token for token. Some were kept here by an earlier visit: start over to write all of them again."
        : "All stories are reproduced exactly, token for token.";
    return { same: true, text };
  }
  if (promise.model !== null && promise.model !== model)
    return {
      same: false,
      text: `Not the same stories: the link was made with the model ${promise.model}, this is ${model}.`,
    };
  if (promise.engine_revision !== null && promise.engine_revision !== revision) {
    return {
      same: false,
      text: `Not the same stories: the link was made with engine revision ${promise.engine_revision}, this is ${revision}.`,
    };
  }
  return {
    same: false,
    text: "Not the same stories: same model and engine, but the tokens differ. The link may have been changed.",
  };
}
