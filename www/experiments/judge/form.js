// The settings of the experiment in self-evaluation: which way, how much of it, what counts, and after which prompts.
import { element } from "../../parts/dom.js";
import { axisLabel } from "../sampling/numbers.js";
import { createWeights } from "./weights.js";

/**
 * @import { JudgeMethod, JudgeProtocol, Settings } from "../../protocol.js"
 */

/** What the form says, to be checked by the engine; or what is wrong with it already. @typedef {{ protocol: JudgeProtocol, problem: null } | { protocol: null, problem: string }} Said */
/** @typedef {ReturnType<typeof number>} NumberField */

const MOST_SEEDS = 10_000;
/** Drafts, redrafts and rounds at most. */
const MOST = 64;

/** A number that the form cannot take, in words. */
class FieldProblem extends Error {}

/**
 * @param {string} label
 * @param {Record<string, string | number>} attributes
 */
function number(label, attributes) {
  const input = element("input", { type: "number", inputmode: "numeric", step: 1, ...attributes });
  return { label, input, node: element("div", { class: "field" }, element("label", {}, label, input)) };
}

/**
 * @param {NumberField} field
 * @param {number} least
 * @param {number} most
 */
function whole({ label, input }, least, most) {
  const value = input.value.trim() === "" ? NaN : Number(input.value);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new FieldProblem(`${label} must be a whole number from ${least} to ${most}.`);
}

/** @param {{ onChange: () => void }} options */
export function createForm({ onChange }) {
  const problem = element("p", { class: "form-problem", id: "form-problem", role: "alert" });
  const way = (/** @type {string} */ value, /** @type {string} */ label) => {
    const input = element("input", { type: "radio", name: "judge-way", value });
    return { input, node: element("label", {}, input, label) };
  };
  const bestOf = way("best_of", "Best of n");
  const revise = way("revise", "Revise");
  const ways = element(
    "fieldset",
    { class: "segments" },
    element("legend", { class: "visually-hidden" }, "Way"),
    bestOf.node,
    revise.node,
  );
  const waySays = element("p", { class: "hint" });
  const drafts = number("Drafts", { min: 1, max: MOST });
  const redrafts = number("Redrafts", { min: 1, max: MOST });
  const rounds = number("Rounds", { min: 1, max: MOST });
  const weights = createWeights();
  const seeds = number("Seeds", { min: 1 });
  const length = number("Tokens", { min: 1, max: 512 });
  const amounts = element(
    "div",
    { class: "amounts" },
    drafts.node,
    redrafts.node,
    rounds.node,
    seeds.node,
    length.node,
  );
  const prompts = element("textarea", {
    rows: 4,
    spellcheck: "false",
    autocomplete: "off",
    "aria-describedby": "prompts-hint form-problem",
  });
  const seed = number("First seed", { min: 0, max: 4294967295 });
  const temperature = number("Temperature", { min: 0, max: 2, step: "any", inputmode: "decimal" });
  const topP = number("Top-p", { min: 0.05, max: 1, step: "any", inputmode: "decimal" });
  const others = element("p", { class: "hint" });
  const fields = element(
    "fieldset",
    { class: "sweep-fields judge-fields" },
    element("legend", { class: "visually-hidden" }, "Settings of the experiment"),
    ways,
    waySays,
    amounts,
    weights.node,
    element(
      "div",
      { class: "field" },
      element("label", {}, "Prompts", prompts),
      element(
        "p",
        { class: "hint", id: "prompts-hint" },
        "One per line. With fewer than ten, no difference can be distinguished from chance.",
      ),
    ),
    element(
      "details",
      {},
      element("summary", {}, "Sampling settings"),
      element("div", { class: "pair" }, seed.node, temperature.node, topP.node),
      others,
    ),
    problem,
  );
  fields.addEventListener("input", () => {
    showWay();
    onChange();
  });

  /** What is not in the fields: the chain's other parameters, its order. @type {Settings | null} */
  let carried = null;

  function showWay() {
    const revises = revise.input.checked;
    amounts.dataset["way"] = revises ? "revise" : "best_of";
    drafts.node.hidden = revises;
    for (const { node } of [redrafts, rounds]) node.hidden = !revises;
    waySays.textContent = revises
      ? "Each round redrafts the weakest sentence and keeps the version with the best score."
      : "Writes several drafts of each story and keeps the one with the best score.";
  }

  /** @returns {JudgeMethod} */
  function method() {
    if (!revise.input.checked) return { best_of: { drafts: whole(drafts, 1, MOST) } };
    return { revise: { redrafts: whole(redrafts, 1, MOST), rounds: whole(rounds, 1, MOST) } };
  }

  return {
    node: fields,
    /** @returns {Said} */
    read() {
      try {
        const lines = prompts.value.split(/\r?\n/).filter((line) => line.trim() !== "");
        /** @type {Settings} */
        const base = {
          ...carried,
          prompt: lines[0] ?? "",
          temperature: Number(temperature.input.value || NaN),
          top_p: Number(topP.input.value || NaN),
          seed: whole(seed, 0, 4294967295),
          length: whole(length, 1, 512),
        };
        return {
          protocol: {
            base,
            ...(lines.length > 1 ? { prompts: lines } : {}),
            seeds: whole(seeds, 1, MOST_SEEDS),
            weights: weights.read(),
            method: method(),
          },
          problem: null,
        };
      } catch (error) {
        if (error instanceof FieldProblem) return { protocol: null, problem: error.message };
        throw error;
      }
    },
    /** @param {JudgeProtocol} protocol */
    write(protocol) {
      const { base } = protocol;
      carried = base;
      if ("best_of" in protocol.method) {
        bestOf.input.checked = true;
        drafts.input.value = String(protocol.method.best_of.drafts);
      } else {
        revise.input.checked = true;
        redrafts.input.value = String(protocol.method.revise.redrafts);
        rounds.input.value = String(protocol.method.revise.rounds);
      }
      weights.write(protocol.weights);
      prompts.value = (protocol.prompts?.length ? protocol.prompts : [base.prompt]).join("\n");
      seeds.input.value = String(protocol.seeds);
      length.input.value = String(base.length);
      seed.input.value = String(base.seed);
      temperature.input.value = String(base.temperature);
      topP.input.value = String(base.top_p);
      const options = Object.entries(base.options ?? {}).map(([name, value]) => `${axisLabel(name)} ${value}`);
      if (base.order) options.push(`stages in the order ${base.order.join(", ")}`);
      others.textContent =
        options.length > 0 ? `Other samplers: ${options.join("; ")}.` : "All other samplers are off.";
      showWay();
    },
    /**
     * Fills in what the way that is not chosen begins with.
     * @param {{ drafts: number, redrafts: number, rounds: number }} defaults
     */
    begin(defaults) {
      drafts.input.value = String(defaults.drafts);
      redrafts.input.value = String(defaults.redrafts);
      rounds.input.value = String(defaults.rounds);
    },
    /** @param {boolean} ready  whether the library is open */
    library: (ready) => weights.library(ready),
    /** @param {string | null} text */
    complain(text) {
      problem.textContent = text === null ? "" : text.charAt(0).toUpperCase() + text.slice(1);
    },
    /** @param {boolean} waiting  whether what was typed is not read yet */
    wait(waiting) {
      fields.setAttribute("aria-busy", String(waiting));
    },
    /** @param {boolean} busy  whether a run holds the settings */
    lock(busy) {
      fields.disabled = busy;
    },
  };
}
