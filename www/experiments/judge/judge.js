// Experiment 3: the model judges its own drafts, against a choice at random. The form makes a plan, the rows become effects, words and
// the story of every item.
import { toCsv } from "./csv.js";
import { createEffectsTable } from "./effects-table.js";
import { createForm } from "./form.js";
import { createItems } from "./items.js";
import { createIntervals } from "./plot.js";
import { PROMPTS, protocol as texts, question, title } from "./protocol.js";
import { createRatings } from "./ratings.js";
import { element } from "../../parts/dom.js";
import { count } from "../../parts/format.js";
import { spoken } from "../views/run-panel.js";

/**
 * @import { JudgeEffectsMessage, JudgeOutcome, JudgeProtocol, JudgeRow, Row } from "../../protocol.js"
 * @import { Conducted } from "../session/conduct.js"
 * @import { Context, Experiment } from "../experiment.js"
 */

/** A reader who types is not answered at every letter. */
const PATIENCE = 250;
/** Stories that a page writes and reads at most, redrafts included. */
const MOST_STORIES = 10_000;
/** Seconds that a worker takes for a token of a story that is written, measured and judged, before this device has shown its own speed. */
const TOKEN_SECONDS = 0.0016;
/** What the way that is not chosen begins with. */
const USUAL = { drafts: 8, redrafts: 4, rounds: 2 };
const USUAL_LENGTH = 96;
/** Prompts below which nothing can be told from chance, whatever the differences. */
const FEW_PROMPTS = 10;

/** @type {Experiment} */
export const judge = { name: "judge", title, question, protocol: texts, unit: { one: "pair of stories", many: "pairs of stories" }, create };

/**
 * Rows of this experiment are judgements, whatever the shell takes them for.
 * @param {(Row | null)[]} rows
 */
const judgements = (rows) => /** @type {(JudgeRow | null)[]} */ (/** @type {unknown} */ (rows));

/** @param {JudgeProtocol} protocol */
const itemsOf = ({ prompts, seeds }) => Math.max(1, prompts?.length ?? 0) * seeds;

/**
 * Stories that an item takes, about: a redraft is read with the whole story around it.
 * @param {JudgeProtocol} protocol
 */
const storiesOf = ({ method }) => ("best_of" in method ? method.best_of.drafts : 1 + 2 * method.revise.redrafts * method.revise.rounds);

/** @param {JudgeProtocol} protocol */
const wayOf = ({ method }) => ("best_of" in method ? `best of ${method.best_of.drafts} drafts` : `${method.revise.rounds} rounds of ${method.revise.redrafts} redrafts`);

/** @param {JudgeRow} row @returns {JudgeOutcome} */
const outcomeOf = ({ prompt, judged, control, baseline }) => ({ prompt, judged: { numbers: judged.numbers }, control: { numbers: control.numbers }, baseline });

/** @param {Context} context */
function create({ analyst, conduct, hello, model, libraryReady, onPlan, onProblem }) {
  const form = createForm({ onChange: consider });
  const table = createEffectsTable();
  const intervals = createIntervals();
  const items = createItems();
  const ratings = createRatings({ analyst, model: model.id });
  const findings = element("div", { class: "findings-list" });
  const leftOut = element("p", { class: "hint" });
  const tableCard = element(
    "section",
    { class: "card effects-card", "aria-labelledby": "effects-heading", hidden: true },
    element("h2", { id: "effects-heading" }, "Every number"),
    table.node,
    element("p", { class: "hint" }, "Judged: chosen by the score. Control: chosen at random, with the same compute. Means over prompts; shares are from 0 to 1. In the score: what choosing pushes by construction. Undecided: chance could have made the difference."),
    leftOut,
  );
  const itemsCard = element(
    "section",
    { class: "card items-card", "aria-labelledby": "items-heading", hidden: true },
    element("h2", { id: "items-heading" }, "How each story came about"),
    element("p", { class: "hint" }, "Open one to see what there was to choose from, what was chosen, and why."),
    items.node,
  );
  const intervalsCard = element(
    "section",
    { class: "card intervals-card", "aria-labelledby": "intervals-heading", hidden: true },
    element("h2", { id: "intervals-heading" }, "Judged minus control"),
    intervals.node,
    element("p", { class: "hint" }, "Bars: 95% intervals, each line on a scale of its own; the table has the numbers. Grey: part of the score, so pushed by choosing. Filled: told from chance after correction."),
  );
  const results = element(
    "div",
    { class: "sweep-results judge-results" },
    element("section", { class: "card findings", "aria-labelledby": "findings-heading" }, element("h2", { id: "findings-heading" }, "Findings"), findings),
    intervalsCard,
    tableCard,
    ratings.node,
    itemsCard,
  );

  /** @type {JudgeProtocol | null} */
  let protocol = null;
  let identity = "";
  /** @type {string | null} */
  let problem = null;
  let considered = 0;
  let timer = 0;
  let checking = Promise.resolve();
  let secondsPerToken = TOKEN_SECONDS;
  /** @type {JudgeEffectsMessage | null} */
  let told = null;
  /** How many rows were there when it was last asked what they tell. */
  let toldRows = -1;
  let telling = false;

  form.begin(USUAL);
  form.library(libraryReady());

  /** The form has changed: what it says is checked, a while after the last letter. */
  function consider() {
    clearTimeout(timer);
    form.wait(true);
    timer = window.setTimeout(() => (checking = check()), PATIENCE);
  }

  async function check() {
    clearTimeout(timer);
    timer = 0;
    considered += 1;
    const mine = considered;
    const said = form.read();
    const found = said.problem ?? (await refusal(said.protocol));
    if (mine !== considered) return;
    form.wait(timer !== 0);
    if (found === null && said.protocol) return take(said.protocol);
    problem = found;
    say();
    onProblem();
  }

  /**
   * Why a protocol cannot be run here; null when it can.
   * @param {JudgeProtocol} next
   */
  async function refusal(next) {
    const stories = itemsOf(next) * storiesOf(next);
    if (stories > MOST_STORIES) return `This would be ${count(stories)} stories and redrafts; a page writes ${count(MOST_STORIES)} at most. The command line takes more: fabula judge.`;
    return (await analyst.ask("check_judge", { protocol: next })).problem;
  }

  /** What is wrong with the settings, what only the library can mend included. */
  function wrong() {
    if (problem !== null) return problem;
    return protocol && protocol.weights.novelty > 0 && !libraryReady() ? "Novelty counts in the score, but the library is not open: load it, or take the weight of novelty to 0." : null;
  }

  const say = () => form.complain(wrong());

  /**
   * Turns to a protocol.
   * @param {JudgeProtocol} next
   */
  function take(next) {
    problem = null;
    protocol = next;
    say();
    const name = JSON.stringify({ e: judge.name, protocol: next, model: model.id, engine: hello.engine.revision });
    if (name !== identity) {
      identity = name;
      told = null;
      toldRows = -1;
      items.clear();
      onPlan({ identity, total: itemsOf(next), model: model.id, oneByOne: true, textless: true, request: (id, runs) => ({ type: "judge", id, protocol: next, library: next.weights.novelty > 0, runs }) });
      draw();
    }
    onProblem();
  }

  /** The rows of what is shown; none while another plan is. */
  function rowsNow() {
    const { plan, rows } = conduct.state();
    return plan?.identity === identity ? judgements(rows) : [];
  }

  /** Asks what the rows tell, where there are new ones, one question at a time. */
  async function tell() {
    const rows = rowsNow().filter((row) => row !== null);
    const mine = protocol;
    if (telling || !mine || rows.length === toldRows) return;
    toldRows = rows.length;
    ratings.show(rows);
    if (rows.length === 0) told = null;
    else {
      telling = true;
      const answer = await analyst.ask("analyse_judgements", { protocol: mine, outcomes: rows.map(outcomeOf) });
      telling = false;
      if (mine === protocol) told = answer;
    }
    draw();
    void tell();
  }

  function draw() {
    const rows = rowsNow();
    const effects = told?.effects.effects ?? [];
    tableCard.hidden = effects.length === 0;
    intervalsCard.hidden = effects.length === 0;
    itemsCard.hidden = rows.every((row) => row === null);
    table.show(effects);
    intervals.show(effects);
    items.show(rows);
    const first = rows.find((row) => row !== null);
    const missing = (first?.left_out ?? []).filter(({ criterion }) => (protocol?.weights[criterion] ?? 0) > 0);
    leftOut.textContent = missing.length > 0 ? `Not in the score: ${missing.map(({ criterion, reason }) => `${criterion} (${reason})`).join("; ")}.` : "";
    leftOut.hidden = missing.length === 0;
    const sentences = told?.findings ?? [];
    findings.replaceChildren(...(sentences.length > 0 ? sentences.map((sentence) => element("p", {}, sentence)) : [element("p", { class: "hint" }, "What the stories tell is said here, as soon as there are some.")]));
  }

  /**
   * @param {JudgeProtocol} next
   * @returns {Promise<string | null>}  why it cannot be taken
   */
  async function fill(next) {
    considered += 1;
    const mine = considered;
    clearTimeout(timer);
    timer = 0;
    const refused = await refusal(next);
    if (refused !== null || mine !== considered) return refused;
    form.wait(false);
    form.write(next);
    take(next);
    return null;
  }

  async function usual() {
    const base = { ...hello.grid.base, prompt: PROMPTS[0] ?? "", length: USUAL_LENGTH };
    const weights = { coherence: 1, novelty: libraryReady() ? 1 : 0, relevance: 1 };
    return (await fill({ base, prompts: PROMPTS, seeds: 1, weights, method: { best_of: { drafts: USUAL.drafts } } })) === null;
  }

  return {
    settings: form.node,
    results,
    problem: wrong,
    /** Reads what was typed a moment ago. */
    async settle() {
      await (timer !== 0 ? check() : checking);
    },
    usual,
    /** @param {string} written */
    async restore(written) {
      /** @type {{ e?: string, protocol?: JudgeProtocol, model?: string, engine?: number }} */
      let kept;
      try {
        kept = JSON.parse(written);
      } catch {
        return false;
      }
      if (kept.e !== judge.name || kept.model !== model.id || kept.engine !== hello.engine.revision || !kept.protocol) return false;
      return (await fill(kept.protocol)) === null;
    },
    /** @param {string} fragment */
    async readLink(fragment) {
      const read = await analyst.ask("read_judge_link", { fragment });
      const problems = [...read.problems];
      const refused = read.protocol ? await fill(read.protocol) : "";
      if (refused) problems.push(`${refused.replace(/\.$/, "")}. The usual settings are used.`);
      if (refused !== null) await usual();
      const promise = read.digest && refused === null ? { digest: read.digest, model: read.model, engine_revision: read.engine_revision } : null;
      return { problems, promise };
    },
    async writeLink() {
      if (!protocol) return { fragment: "", digest: null };
      const rows = rowsNow();
      const digests = rows.length > 0 && rows.every((row) => row !== null) ? rows.map((row) => row.judged.digest) : null;
      return analyst.ask("write_judge_link", { protocol, model: model.id, digests });
    },
    /** @param {Conducted} state */
    show(state) {
      form.lock(state.pool.phase !== "idle" && state.pool.phase !== "done");
      const { rate } = state.pool;
      if (rate !== null && protocol) secondsPerToken = 1 / rate / storiesOf(protocol) / protocol.base.length;
      void tell();
    },
    /** @param {number} workers */
    estimate(workers) {
      if (!protocol) return "";
      const [items_, prompts] = [itemsOf(protocol), Math.max(1, protocol.prompts?.length ?? 0)];
      const seconds = (items_ * storiesOf(protocol) * protocol.base.length * secondsPerToken) / Math.min(workers, items_);
      const few = prompts < FEW_PROMPTS ? ` With ${prompts === 1 ? "one prompt" : `${prompts} prompts`}, nothing can be told from chance.` : "";
      return `${count(items_)} ${items_ === 1 ? "pair" : "pairs"} of stories (${prompts} × ${protocol.seeds}), ${wayOf(protocol)}: about ${spoken(seconds)} on this device.${few}`;
    },
    describe() {
      if (!protocol) return "";
      const { base, weights, seeds, prompts } = protocol;
      const several = prompts?.length ?? 0;
      const written = several > 3 ? `${several} prompts, which the link holds` : `prompts: ${(several > 0 && prompts ? prompts : [base.prompt]).map((prompt) => `“${prompt}”`).join(", ")}`;
      return `${wayOf(protocol)}; weights: coherence ${weights.coherence}, novelty ${weights.novelty}, relevance ${weights.relevance}; ${seeds === 1 ? "1 seed" : `${seeds} seeds`} a prompt, from ${base.seed}; ${base.length} tokens; temperature ${base.temperature}; top-p ${base.top_p}; ${written}`;
    },
    /** What an export says beside the rows. */
    about: async () => ({ protocol, effects: told?.effects ?? null, findings: told?.findings ?? [], agreement: ratings.found() }),
    csv: (/** @type {Row[]} */ rows) => toCsv(judgements(rows).flatMap((row) => row ?? [])),
    onLibrary() {
      form.library(true);
      say();
      onProblem();
    },
  };
}
