// Whether what was written is what its link promised, in words. src/link/verdict.rs uses the same ones; tests/verdicts.json holds both to
// them.

/**
 * @typedef {{ digest: string | null, model: string | null, engine_revision: number | null }} Promised
 * @typedef {{ same: boolean, text: string }} Verdict
 */

/**
 * Null where the link promised nothing.
 * @param {Promised | null} promised
 * @param {{ digest: string, model: string, engine_revision: number }} found
 * @param {"story" | "stories"} [what]
 * @returns {Verdict | null}
 */
export function verdict(promised, found, what = "story") {
  if (!promised?.digest) return null;
  if (promised.digest === found.digest) return { same: true, text: "reproduced exactly" };
  const because = (/** @type {string} */ why) => ({ same: false, text: `not the same ${what}: ${why}` });
  if (promised.model && promised.model !== found.model)
    return because(`the link was made with the model ${promised.model}, this is ${found.model}`);
  if (promised.engine_revision !== null && promised.engine_revision !== found.engine_revision)
    return because(
      `the link was made with engine revision ${promised.engine_revision}, this is ${found.engine_revision}`,
    );
  return because("same model and engine, but the tokens differ");
}
