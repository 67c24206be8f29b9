// The link of what is shown: it goes into the address bar and the report, promises all stories once they are written, and is held to
// what it promised.
import { capital } from "../../parts/format.js";
import { showInAddressBar } from "../../session/address-bar.js";
import { verdict } from "../../session/verdict.js";

/**
 * @import { Promised, Shown } from "../experiment.js"
 * @import { Conduct } from "./conduct.js"
 */

/**
 * @param {Promised} promised
 * @param {{ digest: string, model: string, engine_revision: number }} found
 * @param {number} kept  stories that an earlier visit wrote
 */
function judge(promised, found, kept) {
  const { same, text } = verdict(promised, found, "stories") ?? { same: false, text: "nothing was promised" };
  if (!same) return { same, text: `${capital(text)}.` };
  return {
    same,
    text:
      kept > 0
        ? "The stories match the link, token for token. Some of them were saved on an earlier visit. To write all of them again, start over."
        : `All stories are ${text}, token for token.`,
  };
}

/**
 * @param {object} options
 * @param {Conduct} options.conduct
 * @param {() => { experiment: Shown, model: string, revision: number } | null} options.shown
 * @param {ReturnType<typeof import("../views/judgement.js").createJudgement>} options.judgement
 * @param {ReturnType<typeof import("../views/report.js").createReport>} options.report
 */
export function createReproduction({ conduct, shown, judgement, report }) {
  /** What the link in the address bar promised, and of which plan. @type {(Promised & { identity: string }) | null} */
  let promised = null;

  /**
   * Writes down what is shown, for the report; gives the digest of all its stories, if they are written.
   * @param {boolean} inAddressBar  whether its link goes there, too
   */
  async function label(inAddressBar) {
    const now = shown();
    if (!now) return null;
    const { experiment, model, revision } = now;
    // Where the engine has failed, it says so itself.
    const link = await experiment.writeLink().catch(() => null);
    if (link === null) return null;
    const { fragment, digest } = link;
    if (fragment !== "" && inAddressBar) showInAddressBar(fragment);
    report.show({ described: experiment.describe(), fragment, model, revision, digest });
    return digest;
  }

  /**
   * All stories of a plan are written: the address gets the link that promises them.
   * @param {string} identity
   */
  async function end(identity) {
    const digest = await label(true);
    const now = shown();
    const { plan, written, kept } = conduct.state();
    // Meanwhile another plan may have been opened, or the stories deleted.
    if (digest === null || !now || plan?.identity !== identity || written < plan.total) return;
    if (promised?.identity === identity)
      judgement.verdict(judge(promised, { digest, model: now.model, engine_revision: now.revision }, kept));
    else judgement.digest(digest);
  }

  return {
    label,
    end,
    /**
     * A link was followed, to the plan that is open now.
     * @param {Promised | null} promise
     * @param {boolean} isWhole  whether all of the link could be used
     */
    async follow(promise, isWhole) {
      const { written, plan } = conduct.state();
      promised = promise && plan ? { ...promise, identity: plan.identity } : null;
      if (plan && written === plan.total) return end(plan.identity);
      if (promised) judgement.expect();
      else if (isWhole && written === 0) judgement.invite();
      else judgement.clear();
    },
    /**
     * Another plan is open: what was promised of others is void.
     * @param {string | null} identity
     */
    turn(identity) {
      if (promised?.identity !== identity) promised = null;
      judgement.clear();
    },
  };
}
