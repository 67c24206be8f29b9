// The settings of a sweep: its axes, how many stories per cell, how long, and after which prompts.
import { element } from "../../parts/dom.js";
import { capital } from "../../parts/format.js";
import { MOST_STORIES } from "../session/description.js";
import { axisLabel } from "./numbers.js";

/**
 * @import { Axis, ChainDescription, Grid, Settings } from "../../protocol.js"
 */

/**
 * What the form says, to be checked by the engine; or what is wrong with it already.
 * @typedef {{ question: { axes: string, base: Settings, prompts: string[], seeds: number } | null, problem: string | null }} Said
 */

/**
 * Values as the engine reads them.
 * @param {Axis} axis
 * @param {string} written  all axes, as the engine writes them
 */
function valuesText({ name, values }, written) {
  const found = written.split(/,(?=[a-z])/).find((part) => part.startsWith(`${name}=`));
  return found ? found.slice(name.length + 1) : values.join(",");
}

/** @typedef {ReturnType<typeof createForm>} Form */

/**
 * @param {object} options
 * @param {ChainDescription} options.chain
 * @param {{ name: string, label: string, hint: string }} [options.fixed]  the one axis, where the experiment leaves no choice of it
 * @param {{ seeds: string, prompts: string }} [options.words]  the label of the seeds, and what the prompts are for
 * @param {Node[]} [options.about]  what is told before the settings
 * @param {() => void} options.onChange
 */
export function createForm({
  chain,
  fixed,
  words = { seeds: "Seeds per cell", prompts: "One per line. In every cell, stories continue each prompt." },
  about = [],
  onChange,
}) {
  const problem = element("p", { class: "form-problem", id: "form-problem", role: "alert" });
  const choices = () => [
    element("option", { value: "temperature" }, "Temperature"),
    element("option", { value: "top_p" }, "Top-p"),
    ...chain.parameters.map(({ name, stage, label }) => {
      const of = chain.stages.find((each) => each.name === stage)?.label ?? stage;
      return element("option", { value: name }, of === label ? label : `${of}: ${label}`);
    }),
  ];
  const nothing = element("option", { value: "" }, "None");
  const choosable = (/** @type {string} */ label, /** @type {number} */ index) => {
    const select = element("select", {}, ...(index > 0 ? [nothing] : []), ...choices());
    const values = element("input", {
      type: "text",
      autocomplete: "off",
      spellcheck: "false",
      "aria-label": `Values of the ${label.toLowerCase()}`,
      "aria-describedby": "values-hint form-problem",
    });
    select.addEventListener("change", () => {
      const found = chain.parameters.find(({ name }) => name === select.value);
      if (found) values.value = [...new Set([found.usual, found.suggested])].join(",");
      else if (select.value === "temperature") values.value = "0.2:2:7";
      else if (select.value === "top_p") values.value = "0.5,0.7,0.9,0.95,1";
      values.disabled = select.value === "";
      onChange();
    });
    return {
      name: () => select.value,
      choose: (/** @type {string} */ name) => void (select.value = name),
      values,
      node: element("div", { class: "field axis" }, element("label", {}, label, select), values),
    };
  };
  const settled = (/** @type {{ name: string, label: string }} */ { name, label }) => {
    const values = element("input", {
      type: "text",
      autocomplete: "off",
      spellcheck: "false",
      "aria-describedby": "values-hint form-problem",
    });
    return {
      name: () => name,
      choose: () => undefined,
      values,
      node: element("div", { class: "field" }, element("label", {}, label, values)),
    };
  };
  const axes = fixed ? [settled(fixed)] : ["First setting", "Second setting"].map(choosable);
  const number = (/** @type {string} */ label, /** @type {Record<string, string | number>} */ attributes) => {
    const input = element("input", { type: "number", inputmode: "numeric", ...attributes });
    return { input, node: element("div", { class: "field" }, element("label", {}, label, input)) };
  };
  const seeds = number(words.seeds, { min: 1, step: 1 });
  const length = number("Tokens per story", { min: 1, max: 512, step: 1 });
  const seed = number("First seed", { min: 0, max: 4294967295, step: 1 });
  const temperature = number("Temperature", { min: 0, max: 2, step: "any", inputmode: "decimal" });
  const topP = number("Top-p", { min: 0.05, max: 1, step: "any", inputmode: "decimal" });
  const prompts = element("textarea", {
    rows: fixed ? 7 : 3,
    spellcheck: "false",
    autocomplete: "off",
    "aria-describedby": "prompts-hint form-problem",
  });
  const others = element("p", { class: "hint" });
  const fields = element(
    "fieldset",
    { class: "sweep-fields" },
    element("legend", { class: "visually-hidden" }, "Settings of the experiment"),
    ...about,
    ...axes.map(({ node }) => node),
    element(
      "p",
      { class: "hint", id: "values-hint" },
      fixed?.hint ?? "Write a list (0.5,0.9,1) or a range from:to:count (0.2:2:7).",
    ),
    element("div", { class: "pair" }, seeds.node, length.node),
    element(
      "div",
      { class: "field" },
      element("label", {}, "Prompts", prompts),
      element("p", { class: "hint", id: "prompts-hint" }, words.prompts),
    ),
    element(
      "details",
      {},
      element("summary", {}, "Fixed settings"),
      element("div", { class: "pair" }, seed.node, temperature.node, topP.node),
      others,
    ),
    problem,
  );
  fields.addEventListener("input", onChange);

  /** What is not in the fields: the chain's other parameters, its order. @type {Settings | null} */
  let carried = null;

  /**
   * @param {HTMLInputElement} input
   * @param {number} least
   * @param {number} most
   */
  function whole(input, least, most) {
    const value = input.value.trim() === "" ? NaN : Number(input.value);
    return Number.isInteger(value) && value >= least && value <= most ? value : null;
  }

  return {
    node: fields,
    /** @returns {Said} */
    read() {
      const lines = prompts.value.split(/\r?\n/).filter((line) => line.trim() !== "");
      const [seedsNow, lengthNow, seedNow] = [
        whole(seeds.input, 1, MOST_STORIES),
        whole(length.input, 1, 512),
        whole(seed.input, 0, 4294967295),
      ];
      const wrong = (/** @type {string} */ text) => ({ question: null, problem: text });
      if (seedsNow === null) return wrong(`${words.seeds} must be a whole number from 1 to ${MOST_STORIES}.`);
      if (lengthNow === null) return wrong("Tokens per story must be a whole number from 1 to 512.");
      if (seedNow === null) return wrong("The first seed must be a whole number from 0 to 4294967295.");
      const odd = axes.find(({ name, values }) => name() !== "" && !/^[\d.,:\s-]+$/.test(values.value));
      if (odd)
        return wrong(
          `Values are a list of numbers (0.5,0.9,1) or a range from:to:count (0.2:2:7). “${odd.values.value}” is neither.`,
        );
      const text = axes
        .filter(({ name }) => name() !== "")
        .map(({ name, values }) => `${name()}=${values.value.trim()}`)
        .join(",");
      /** @type {Settings} */
      const base = {
        ...carried,
        prompt: lines[0] ?? "",
        temperature: Number(temperature.input.value || NaN),
        top_p: Number(topP.input.value || NaN),
        seed: seedNow,
        length: lengthNow,
      };
      return { question: { axes: text, base, prompts: lines.length > 1 ? lines : [], seeds: seedsNow }, problem: null };
    },
    /**
     * @param {Grid} grid
     * @param {string} written  its axes, as a link has them
     */
    write(grid, written) {
      const { base } = grid;
      carried = base;
      for (const [index, { choose, values }] of axes.entries()) {
        const axis = grid.axes[index];
        choose(axis?.name ?? "");
        values.value = axis ? valuesText(axis, written) : "";
        values.disabled = !axis;
      }
      prompts.value = (grid.prompts?.length ? grid.prompts : [base.prompt]).join("\n");
      seeds.input.value = String(grid.seeds);
      length.input.value = String(base.length);
      seed.input.value = String(base.seed);
      temperature.input.value = String(base.temperature);
      topP.input.value = String(base.top_p);
      const options = Object.entries(base.options ?? {}).map(([name, value]) => `${axisLabel(name)} ${value}`);
      if (base.order) options.push(`stages in the order ${base.order.join(", ")}`);
      others.textContent =
        options.length > 0 ? `Other samplers: ${options.join("; ")}.` : "All other samplers are off.";
    },
    /**
     * @param {string | null} text
     */
    complain(text) {
      problem.textContent = text === null ? "" : capital(text);
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
