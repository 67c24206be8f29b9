// The reader's own ratings against the score: of stories of this experiment that were opened, and rated, on the page of stories.
import { element } from "../../parts/dom.js";
import { card, hint } from "../views/card.js";
import { StorageProblem, openStorage } from "../../session/storage.js";
import { storyProblem } from "../../session/story-format.js";

/**
 * @import { JudgeAgreement, JudgeAppraisal, JudgeRow } from "../../protocol.js"
 * @import { Storage } from "../../session/storage.js"
 * @import { KeptStory } from "../../session/story-format.js"
 * @import { Analyst } from "../session/analyst.js"
 */

/**
 * A story by what tells it from all others.
 * @param {string} prompt
 * @param {string} digest
 */
const nameOf = (prompt, digest) => `${digest} ${prompt}`;

/**
 * The score of every story of the experiment that can be opened.
 * @param {JudgeRow[]} rows
 */
export function scoresOf(rows) {
  /** @type {Map<string, number>} */
  const scores = new Map();
  for (const { prompt_text: prompt, judged, control, process } of rows) {
    const add = (/** @type {string | null} */ digest, /** @type {JudgeAppraisal | null} */ appraisal) =>
      digest !== null && appraisal && scores.set(nameOf(prompt, digest), appraisal.score);
    const told = "best_of" in process ? process.best_of.drafts : [process.revise.before, judged, control];
    for (const { digest, appraisal } of told) add(digest, appraisal);
    if ("best_of" in process) continue;
    for (const { candidates, chosen } of [...process.revise.judged, ...process.revise.control])
      add(candidates[chosen]?.digest ?? null, candidates[chosen]?.appraisal ?? null);
  }
  return scores;
}

/**
 * Ratings and scores of the same stories; of one rated twice, the later counts.
 * @param {unknown[]} kept
 * @param {Map<string, number>} scores
 * @param {string} model
 */
export function pairsOf(kept, scores, model) {
  const stories = kept
    .filter((story) => storyProblem(story, null) === null)
    .map((story) => /** @type {KeptStory} */ (story));
  const rated = stories.filter(({ rating, record }) => rating !== null && record.model === model);
  /** @type {Map<string, number>} */
  const ratings = new Map();
  for (const { rating, record } of rated.toSorted((one, other) => (one.created ?? 0) - (other.created ?? 0)))
    ratings.set(nameOf(record.settings.prompt, record.digest), rating ?? 0);
  const both = [...ratings].flatMap(([name, rating]) =>
    scores.has(name) ? [{ rating, score: scores.get(name) ?? 0 }] : [],
  );
  return { rated: ratings.size, ratings: both.map(({ rating }) => rating), scores: both.map(({ score }) => score) };
}

/** @param {{ analyst: Analyst, model: string }} options */
export function createRatings({ analyst, model }) {
  const text = element("p", { class: "agreement", role: "status" });
  const node = card(
    "ratings",
    "Your ratings and the score",
    [],
    text,
    hint(
      "Once there are stories below, open some on the stories page and rate them from 1 to 5 under “Your stories”. It is best to rate them before you look at their scores. Ratings stay on this device. Rank agreement is Spearman’s correlation with its 95% bootstrap interval.",
    ),
  );
  /** @type {Promise<Storage> | null} */
  let opening = null;
  /** @type {JudgeRow[]} */
  let rows = [];
  /** What was found, for an export. @type {(JudgeAgreement & { rated: number }) | null} */
  let found = null;
  let asked = 0;

  async function tell() {
    asked += 1;
    const mine = asked;
    found = null;
    if (rows.length === 0)
      return void (text.textContent = "Once there are stories, your ratings of them are compared with the score here.");
    try {
      opening ??= openStorage({ onLost: () => (opening = null) });
      const pairs = pairsOf(await (await opening).all(), scoresOf(rows), model);
      const answer =
        pairs.ratings.length > 0
          ? await analyst.ask("agreement", { ratings: pairs.ratings, scores: pairs.scores })
          : null;
      if (mine !== asked) return;
      const here = `${pairs.ratings.length === 1 ? "1 of your rated stories is" : `${pairs.ratings.length} of your rated stories are`} from this experiment (you have rated ${pairs.rated} in total).`;
      found = answer?.agreement ? { ...answer.agreement, rated: pairs.ratings.length } : null;
      node.toggleAttribute("data-found", found !== null);
      if (answer?.agreement) text.textContent = `${here} ${answer.agreement.finding}`;
      else if (answer?.problem) text.textContent = `${here} ${sentence(answer.problem)}`;
      else
        text.textContent =
          pairs.rated === 0
            ? "You have not rated any story of this model yet. A comparison needs at least ten from this experiment."
            : `You have rated ${pairs.rated === 1 ? "1 story" : `${pairs.rated} stories`}, but none from this experiment. A comparison needs at least ten from it.`;
    } catch (error) {
      opening = null;
      if (mine === asked)
        text.textContent =
          error instanceof StorageProblem ? `Your ratings cannot be read. ${error.message}` : String(error);
    }
  }

  // Back from the page of stories in another tab.
  document.addEventListener("visibilitychange", function back() {
    // Another experiment has taken the place of this one.
    if (!node.isConnected) document.removeEventListener("visibilitychange", back);
    else if (document.visibilityState === "visible") void tell();
  });
  return {
    node,
    found: () => found,
    /** @param {JudgeRow[]} next */
    show(next) {
      rows = next;
      void tell();
    },
  };
}

/** @param {string} text */
const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;
