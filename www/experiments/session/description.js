// What an experiment's form describes: read a while after the last letter, checked, turned into a plan, and known again by its identity.
// The same for every experiment.

/**
 * @import { Conducted, Plan } from "./conduct.js"
 * @import { Context } from "../experiment.js"
 */

/** Stories that a page writes at most; beyond, the command line is the better place. */
export const MOST_STORIES = 10_000;
/** A reader who types is not answered at every letter. */
const PATIENCE = 250;

/**
 * What was found, or why nothing can be run.
 * @template Found
 * @typedef {{ found: Found, problem: null } | { found: null, problem: string }} Checked
 */

/**
 * `read`: what the form says, checked. `kept`: what an identity holds of it. `plan`: what is to be run. `lacking`: what stands in the way
 * besides what is described, and is mended elsewhere. `onTaken`: another is described.
 * @template Found
 * @param {object} options
 * @param {Context} options.context
 * @param {string} options.name  of the experiment, as in links
 * @param {{ wait: (waiting: boolean) => void, lock: (busy: boolean) => void, complain: (text: string | null) => void }} options.form
 * @param {() => Promise<Checked<Found>>} options.read
 * @param {(found: Found) => Record<string, unknown>} options.kept
 * @param {(found: Found) => Omit<Plan, "identity" | "model">} options.plan
 * @param {(found: Found | null) => string | null} [options.lacking]
 * @param {(found: Found) => void} options.onTaken
 */
export function createDescription({
  context: { hello, model, onPlan, onProblem },
  name,
  form,
  read,
  kept,
  plan,
  lacking = () => null,
  onTaken,
}) {
  /** @type {Found | null} */
  let described = null;
  let identity = "";
  /** @type {string | null} */
  let problem = null;
  let considered = 0;
  let timer = 0;
  /** @type {Promise<unknown>} */
  let checking = Promise.resolve();

  const wrong = () => problem ?? lacking(described);

  /** Says what is wrong, or no longer is. */
  function say() {
    form.complain(wrong());
    onProblem();
  }

  /** The engine that reads has failed, and says so itself. @returns {Checked<Found>} */
  const unread = () => ({ found: null, problem: "The settings could not be read. Change one of them to try again." });

  function hush() {
    clearTimeout(timer);
    timer = 0;
    considered += 1;
    return considered;
  }

  async function check() {
    const mine = hush();
    const { found, problem: refused } = await read().catch(unread);
    if (mine !== considered) return;
    form.wait(timer !== 0);
    if (refused === null) take(found);
    else {
      problem = refused;
      say();
    }
  }

  /** @param {Found} found */
  function take(found) {
    problem = null;
    const said = JSON.stringify({
      e: name,
      ...kept(found),
      model: model.id,
      engine: hello.engine.revision,
      measures: model.measures,
    });
    described = found;
    if (said !== identity) {
      identity = said;
      onPlan({ identity, model: model.id, ...plan(found) });
      onTaken(found);
    }
    say();
  }

  return {
    described: () => described,
    identity: () => identity,
    wrong,
    say,
    /** The form has changed: what it says is checked, a while after the last letter. */
    consider() {
      clearTimeout(timer);
      form.wait(true);
      timer = window.setTimeout(() => (checking = check()), PATIENCE);
    },
    /** Reads what was typed a moment ago. */
    async settle() {
      await (timer !== 0 ? check() : checking);
    },
    /**
     * Takes what is known already, in the place of what the form says.
     * @param {Promise<Checked<Found>>} checked
     * @param {(found: Found) => void} write  into the form
     * @returns {Promise<string | null>}  why it cannot be taken
     */
    async fill(checked, write) {
      const mine = hush();
      const { found, problem: refused } = await checked.catch(unread);
      if (refused !== null || mine !== considered) return refused;
      form.wait(false);
      write(found);
      take(found);
      return null;
    },
    /**
     * What an identity holds; null where it is none of this experiment, model and engine.
     * @param {string} written
     * @returns {Record<string, unknown> | null}
     */
    recall(written) {
      try {
        const { e, model: by, engine, measures, ...rest } = JSON.parse(written);
        return e === name && by === model.id && engine === hello.engine.revision && measures === model.measures
          ? rest
          : null;
      } catch {
        return null;
      }
    },
    /**
     * While it runs, the settings are held.
     * @param {Conducted} state
     */
    heed({ pool: { phase } }) {
      form.lock(phase !== "idle" && phase !== "done");
    },
  };
}

/**
 * What a link promises, if anything.
 * @param {{ digest: string | null, model: string | null, engine_revision: number | null }} read
 * @param {boolean} whole  whether all of the link is taken
 */
export const promiseOf = ({ digest, model, engine_revision }, whole) =>
  digest && whole ? { digest, model, engine_revision } : null;
