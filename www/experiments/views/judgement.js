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
      say("This link holds a digest of its stories. Run the experiment to check whether they are reproduced."),
    /** @param {string} digest */
    digest: (digest) => say(`Digest of all stories: ${digest}. The link reproduces them.`),
    /** @param {{ same: boolean, text: string }} verdict */
    verdict: ({ same, text }) => say(text, same),
  };
}
