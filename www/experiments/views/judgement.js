// The line above the results: the digest of all stories, and whether it is what a link promised.
import { element } from "../../parts/dom.js";

export function createJudgement() {
  const node = element("p", { class: "verdict", role: "status" });

  /**
   * @param {string} text
   * @param {boolean | null} [same]
   */
  function say(text, same = null) {
    node.textContent = text;
    node.dataset["same"] = same === null ? "" : String(same);
  }

  return {
    node,
    clear: () => say(""),
    expect: () =>
      say(
        "This experiment was shared with you. Press Run to repeat it. The page then says whether your stories are the same, token for token.",
      ),
    /** A link without a digest: there is nothing to compare with. */
    invite: () => say("This experiment was shared with you. Press Run to repeat it."),
    /** @param {string} digest */
    digest: (digest) => say(`Digest of all stories: ${digest}. The link reproduces them.`),
    /** @param {{ same: boolean, text: string }} verdict */
    verdict: ({ same, text }) => say(text, same),
  };
}
