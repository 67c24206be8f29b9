// Experiment 3: the model judges its own drafts, against a choice at random. The form makes a plan, the rows become effects, words and
// the story of every item.
import { createPace, describe, itemsOf, storiesOf } from "./amount.js";
import { toCsv } from "./csv.js";
import { createForm } from "./form.js";
import { PROMPTS, ours, protocol as texts, question, title } from "./protocol.js";
import { createRatings } from "./ratings.js";
import { createJudgeResults } from "./results.js";
import { count } from "../../parts/format.js";
import { MOST_STORIES, createDescription, promiseOf } from "../session/description.js";
import { tooManyPrompts, withLines } from "../session/prompts.js";

/**
 * @import { EffectsMessage, JudgeOutcome, JudgeProtocol, JudgeRow, Row } from "../../protocol.js"
 * @import { Conducted } from "../session/conduct.js"
 * @import { Checked } from "../session/description.js"
 * @import { Context, Experiment } from "../experiment.js"
 */

/** What the way that is not chosen begins with. */
const DEFAULTS = { drafts: 8, redrafts: 4, rounds: 2 };
const DEFAULT_LENGTH = 96;

/** @type {Experiment} */
export const judge = {
  name: "judge",
  title,
  question,
  protocol: texts,
  ours,
  unit: { one: "pair of stories", many: "pairs of stories" },
  create,
};

/**
 * Rows of this experiment are judgements, whatever the shell takes them for.
 * @param {(Row | null)[]} rows
 */
const judgements = (rows) => /** @type {(JudgeRow | null)[]} */ (/** @type {unknown} */ (rows));

/** @param {JudgeRow} row @returns {JudgeOutcome} */
const outcomeOf = ({ prompt, judged, control, baseline }) => ({
  prompt,
  judged: { numbers: judged.numbers },
  control: { numbers: control.numbers },
  baseline,
});

/** @param {Context} context */
function create(context) {
  const { analyst, conduct, hello, model, libraryReady } = context;
  const form = createForm({ limits: hello.limits, onChange: () => description.consider() });
  const ratings = createRatings({ analyst, model: model.id });
  const results = createJudgeResults({ ratings: ratings.node });
  const pace = createPace();
  /** @type {EffectsMessage | null} */
  let told = null;
  /** How many rows were there when it was last asked what they tell. */
  let toldRows = -1;
  let telling = false;
  const description = createDescription({
    context,
    name: judge.name,
    form,
    async read() {
      const said = form.read();
      return said.problem === null ? examine(said.found) : said;
    },
    kept: (protocol) => ({ protocol }),
    plan(protocol) {
      return {
        total: itemsOf(protocol),
        oneByOne: true,
        textless: true,
        request: (id, runs) => ({ type: "judge", id, protocol, library: protocol.weights.novelty > 0, runs }),
      };
    },
    lacking(protocol) {
      return protocol && protocol.weights.novelty > 0 && !libraryReady()
        ? "Novelty counts in the score, but the library is not open. Load it, or set the weight of novelty to 0."
        : null;
    },
    onTaken() {
      told = null;
      toldRows = -1;
      results.clear();
      draw();
    },
  });

  form.begin(DEFAULTS);
  form.library(libraryReady());

  /**
   * @param {JudgeProtocol} protocol
   * @returns {Promise<Checked<JudgeProtocol>>}
   */
  async function examine(protocol) {
    const stories = itemsOf(protocol) * storiesOf(protocol);
    if (stories > MOST_STORIES)
      return {
        found: null,
        problem: `This would be ${count(stories)} stories and redrafts. This page writes at most ${count(MOST_STORIES)}. To write more, use fabula judge on the command line.`,
      };
    const tooMany = tooManyPrompts(protocol);
    if (tooMany !== null) return { found: null, problem: tooMany };
    const { problem } = await analyst.ask("check_judge", { protocol });
    return problem === null ? { found: protocol, problem } : { found: null, problem };
  }

  /** The rows of what is shown; none while another plan is. */
  function rowsNow() {
    const { plan, rows } = conduct.state();
    return plan?.identity === description.identity() ? judgements(rows) : [];
  }

  /** Asks what the rows tell, where there are new ones, one question at a time. */
  async function tell() {
    const rows = rowsNow().filter((row) => row !== null);
    const mine = description.described();
    if (telling || !mine || rows.length === toldRows) return;
    toldRows = rows.length;
    ratings.show(rows);
    if (rows.length === 0) told = null;
    else {
      telling = true;
      // Where the engine has failed, it says so itself.
      const answer = await analyst
        .ask("analyse_judgements", { protocol: mine, outcomes: rows.map(outcomeOf) })
        .catch(() => null);
      telling = false;
      if (answer && mine === description.described()) told = answer;
    }
    draw();
    void tell();
  }

  const draw = () => results.show({ protocol: description.described(), rows: rowsNow(), told });

  /** @param {JudgeProtocol} next */
  const fill = (next) => description.fill(examine(next), form.write);

  async function useDefaults() {
    const base = { ...hello.grid.base, temperature: 1, length: DEFAULT_LENGTH };
    const weights = { coherence: 1, novelty: libraryReady() ? 1 : 0, relevance: 1 };
    return (
      (await fill({
        base,
        prompts: [base.prompt, ...PROMPTS],
        seeds: 2,
        weights,
        method: { best_of: { drafts: DEFAULTS.drafts } },
      })) === null
    );
  }

  return {
    settings: form.node,
    results: results.node,
    problem: description.wrong,
    settle: description.settle,
    identity: description.identity,
    useDefaults,
    /** @param {string} written */
    async restore(written) {
      const kept = /** @type {{ protocol?: JudgeProtocol } | null} */ (description.recall(written));
      return kept?.protocol ? (await fill(kept.protocol)) === null : false;
    },
    /** @param {string} fragment */
    async readLink(fragment) {
      const read = await analyst.ask("read_judge_link", { fragment });
      const problems = [...read.problems];
      const lines = read.protocol && withLines(read.protocol);
      if (lines?.problem) problems.push(lines.problem);
      const next = lines?.fitted ?? null;
      const refused = next ? await fill(next) : "";
      if (refused) problems.push(`${refused.replace(/\.$/, "")}. The default settings are used.`);
      if (refused !== null) await useDefaults();
      return { problems, promise: promiseOf(read, refused === null && next === read.protocol) };
    },
    async writeLink() {
      const protocol = description.described();
      if (!protocol) return { fragment: "", digest: null };
      const rows = rowsNow();
      const digests =
        rows.length > 0 && rows.every((row) => row !== null) ? rows.map((row) => row.judged.digest) : null;
      return analyst.ask("write_judge_link", { protocol, model: model.id, digests });
    },
    /** @param {Conducted} state */
    show(state) {
      description.heed(state);
      const protocol = description.described();
      if (state.pool.rate !== null && protocol) pace.learn(protocol, state.pool.rate);
      void tell();
    },
    /** @param {number} workers */
    estimate(workers) {
      const protocol = description.described();
      return protocol ? pace.estimate(protocol, workers) : "";
    },
    describe() {
      const protocol = description.described();
      return protocol ? describe(protocol) : "";
    },
    /** What an export says beside the rows. */
    about: async () => ({
      protocol: description.described(),
      effects: told?.effects ?? null,
      findings: told?.findings ?? [],
      agreement: ratings.found(),
    }),
    csv: (/** @type {Row[]} */ rows) => toCsv(judgements(rows).flatMap((row) => row ?? [])),
    onLibrary() {
      form.library(true);
      description.say();
    },
  };
}
