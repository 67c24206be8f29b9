// The settings of the experiment in self-evaluation: which way, how much of it, what counts, and after which prompts.
import { element } from "../../parts/dom.js";
import { MOST_STORIES } from "../session/description.js";
import { createSettings, number } from "../views/settings.js";
import { createWeights } from "./weights.js";

/**
 * @import { JudgeMethod, JudgeProtocol, Limits } from "../../protocol.js"
 * @import { Checked } from "../session/description.js"
 */

/** How many drafts, redrafts or rounds there can be. @type {[number, number]} */
const AMOUNT = [1, 64];

/**
 * @param {object} options
 * @param {Limits} options.limits
 * @param {() => void} options.onChange
 */
export function createForm({ limits, onChange }) {
  const way = (/** @type {string} */ value, /** @type {string} */ label) => {
    const input = element("input", { type: "radio", name: "judge-way", value });
    return { input, node: element("label", {}, input, label) };
  };
  const bestOf = way("best_of", "Best of n");
  const revise = way("revise", "Revise");
  const ways = element(
    "fieldset",
    { class: "segments" },
    element("legend", { class: "visually-hidden" }, "Method"),
    bestOf.node,
    revise.node,
  );
  const waySays = element("p", { class: "hint" });
  const drafts = number("Drafts", AMOUNT);
  const redrafts = number("Redrafts", AMOUNT);
  const rounds = number("Rounds", AMOUNT);
  const weights = createWeights();
  const seeds = number("Seeds", [1, MOST_STORIES]);
  const settings = createSettings({
    limits,
    words: {
      length: "Tokens",
      prompts: "One per line. With fewer than ten, no difference can be distinguished from chance.",
      sampling: "Sampling settings",
    },
    rows: 4,
    onInput() {
      showWay();
      onChange();
    },
  });
  const amounts = element(
    "div",
    { class: "amounts" },
    drafts.node,
    redrafts.node,
    rounds.node,
    seeds.node,
    settings.length,
  );
  settings.build(ways, waySays, amounts, weights.node);
  const { node, complain, wait, lock } = settings;
  node.classList.add("judge-fields");

  function showWay() {
    const revises = revise.input.checked;
    amounts.dataset["way"] = revises ? "revise" : "best_of";
    drafts.node.hidden = revises;
    for (const field of [redrafts, rounds]) field.node.hidden = !revises;
    waySays.textContent = revises
      ? "Each round redrafts the weakest sentence and keeps the version with the best score."
      : "Writes several drafts of each story and keeps the one with the best score.";
  }

  /** @returns {JudgeMethod} */
  function method() {
    if (!revise.input.checked) return { best_of: { drafts: drafts.whole() } };
    return { revise: { redrafts: redrafts.whole(), rounds: rounds.whole() } };
  }

  return {
    node,
    complain,
    wait,
    lock,
    /** @returns {Checked<JudgeProtocol>} */
    read: () =>
      settings.read(({ base, prompts }) => ({
        base,
        ...(prompts.length > 0 ? { prompts } : {}),
        seeds: seeds.whole(),
        weights: weights.read(),
        method: method(),
      })),
    /** @param {JudgeProtocol} protocol */
    write(protocol) {
      if ("best_of" in protocol.method) {
        bestOf.input.checked = true;
        drafts.input.value = String(protocol.method.best_of.drafts);
      } else {
        revise.input.checked = true;
        redrafts.input.value = String(protocol.method.revise.redrafts);
        rounds.input.value = String(protocol.method.revise.rounds);
      }
      weights.write(protocol.weights);
      seeds.input.value = String(protocol.seeds);
      settings.write(protocol);
      showWay();
    },
    /**
     * Fills in the default amounts of the way that is not selected.
     * @param {{ drafts: number, redrafts: number, rounds: number }} defaults
     */
    begin(defaults) {
      drafts.input.value = String(defaults.drafts);
      redrafts.input.value = String(defaults.redrafts);
      rounds.input.value = String(defaults.rounds);
    },
    /** @param {boolean} ready  whether the library is open */
    library: (ready) => weights.library(ready),
  };
}
