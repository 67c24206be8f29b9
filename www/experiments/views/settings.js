// The settings that every experiment has: the length and the prompts of its stories, and how they are sampled.
import { axisLabel } from "../sampling/numbers.js";
import { element } from "../../parts/dom.js";
import { capital } from "../../parts/format.js";

/**
 * @import { Limits, Settings } from "../../protocol.js"
 * @import { Checked } from "../session/description.js"
 */

/** Why a field cannot be read, in words. */
export class FieldProblem extends Error {}

/** Attributes of a field for free text: the browser neither corrects nor completes it. */
export const PLAIN = { spellcheck: "false", autocomplete: "off" };

/**
 * @param {string} label
 * @param {[number, number]} limits
 * @param {Record<string, string | number>} [attributes]
 */
export function number(label, [least, most], attributes = {}) {
  const input = element("input", {
    type: "number",
    inputmode: "numeric",
    step: 1,
    min: least,
    max: most,
    ...attributes,
  });
  return {
    input,
    node: element("div", { class: "field" }, element("label", {}, label, input)),
    /** @throws {FieldProblem}  it is not a whole number within the limits */
    whole() {
      const value = input.value.trim() === "" ? NaN : Number(input.value);
      if (Number.isInteger(value) && value >= least && value <= most) return value;
      throw new FieldProblem(`${label} must be a whole number from ${least} to ${most}.`);
    },
  };
}

/**
 * @param {object} options
 * @param {Limits} options.limits
 * @param {{ length: string, prompts: string, sampling: string }} options.words  a label, a hint and a heading
 * @param {number} options.rows  of the field for prompts
 * @param {() => void} options.onInput
 */
export function createSettings({ limits, words, rows, onInput }) {
  const problem = element("p", { class: "form-problem", id: "form-problem", role: "alert" });
  const length = number(words.length, limits.length);
  const seed = number("First seed", limits.seed);
  const temperature = number("Temperature", limits.temperature, { step: "any", inputmode: "decimal" });
  const topP = number("Top-p", limits.top_p, { step: "any", inputmode: "decimal" });
  const prompts = element("textarea", { rows, ...PLAIN, "aria-describedby": "prompts-hint form-problem" });
  const others = element("p", { class: "hint" });
  const node = element(
    "fieldset",
    { class: "sweep-fields" },
    element("legend", { class: "visually-hidden" }, "Settings of the experiment"),
  );
  node.addEventListener("input", onInput);

  /** The settings without a field: the other samplers and their order. @type {Settings | null} */
  let carried = null;

  return {
    node,
    length: length.node,
    /**
     * Puts the form together.
     * @param {...Node} own  the fields of the experiment itself, which come first
     */
    build(...own) {
      node.append(
        ...own,
        element(
          "div",
          { class: "field" },
          element("label", {}, "Prompts", prompts),
          element("p", { class: "hint", id: "prompts-hint" }, words.prompts),
        ),
        element(
          "details",
          {},
          element("summary", {}, words.sampling),
          element("div", { class: "pair" }, seed.node, temperature.node, topP.node),
          others,
        ),
        problem,
      );
    },
    /**
     * Reads the form. The engine checks temperature and top-p.
     * @template Found
     * @param {(settings: { base: Settings, prompts: string[] }) => Found} rest  reads the other fields; may throw a {@link FieldProblem}
     * @returns {Checked<Found>}
     */
    read(rest) {
      try {
        const lines = prompts.value.split(/\r?\n/).filter((line) => line.trim() !== "");
        /** @type {Settings} */
        const base = {
          ...carried,
          prompt: lines[0] ?? "",
          temperature: Number(temperature.input.value || NaN),
          top_p: Number(topP.input.value || NaN),
          seed: seed.whole(),
          length: length.whole(),
        };
        return { found: rest({ base, prompts: lines.length > 1 ? lines : [] }), problem: null };
      } catch (error) {
        if (error instanceof FieldProblem) return { found: null, problem: error.message };
        throw error;
      }
    },
    /** @param {{ base: Settings, prompts?: string[] }} settings */
    write({ base, prompts: several = [] }) {
      carried = base;
      prompts.value = (several.length > 0 ? several : [base.prompt]).join("\n");
      length.input.value = String(base.length);
      seed.input.value = String(base.seed);
      temperature.input.value = String(base.temperature);
      topP.input.value = String(base.top_p);
      const options = Object.entries(base.options ?? {}).map(([name, value]) => `${axisLabel(name)} ${value}`);
      if (base.order) options.push(`stages in the order ${base.order.join(", ")}`);
      others.textContent =
        options.length > 0 ? `Other samplers: ${options.join("; ")}.` : "All other samplers are off.";
    },
    /** @param {string | null} text */
    complain(text) {
      problem.textContent = text === null ? "" : capital(text);
    },
    /** @param {boolean} waiting  whether the latest input has not been read yet */
    wait(waiting) {
      node.setAttribute("aria-busy", String(waiting));
    },
    /** @param {boolean} busy  whether a run uses the settings */
    lock(busy) {
      node.disabled = busy;
    },
  };
}
