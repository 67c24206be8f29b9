// The settings of a sweep: its axes, how many stories per cell, how long, and after which prompts.
import { element } from "../../parts/dom.js";
import { MOST_STORIES } from "../session/description.js";
import { FieldProblem, PLAIN, createSettings, number } from "../views/settings.js";

/**
 * @import { Axis, ChainDescription, Grid, Limits, Settings } from "../../protocol.js"
 * @import { Checked } from "../session/description.js"
 */

/** What the form says, to be checked by the engine. @typedef {{ axes: string, base: Settings, prompts: string[], seeds: number }} Question */

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
 * @param {Limits} options.limits
 * @param {{ name: string, label: string, hint: string }} [options.fixed]  the only axis, if the experiment offers no choice
 * @param {{ seeds: string, prompts: string }} [options.words]  the label of the seeds, and what the prompts are for
 * @param {Node[]} [options.about]  what stands before the settings
 * @param {() => void} options.onChange
 */
export function createForm({
  chain,
  limits,
  fixed,
  words = { seeds: "Seeds per cell", prompts: "One per line. In every cell, stories continue each prompt." },
  about = [],
  onChange,
}) {
  const valuesField = (/** @type {Record<string, string>} */ attributes = {}) =>
    element("input", { type: "text", ...PLAIN, "aria-describedby": "values-hint form-problem", ...attributes });
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
    const values = valuesField({ "aria-label": `Values of the ${label.toLowerCase()}` });
    select.addEventListener("change", () => {
      const found = chain.parameters.find(({ name }) => name === select.value);
      if (found) values.value = [...new Set([found.usual, found.suggested])].join(",");
      else if (select.value === "temperature") values.value = `0.2:${limits.temperature[1]}:7`;
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
    const values = valuesField();
    return {
      name: () => name,
      choose: () => undefined,
      values,
      node: element("div", { class: "field" }, element("label", {}, label, values)),
    };
  };
  const axes = fixed ? [settled(fixed)] : ["First setting", "Second setting"].map(choosable);
  const seeds = number(words.seeds, [1, MOST_STORIES]);
  const settings = createSettings({
    limits,
    words: { length: "Tokens per story", prompts: words.prompts, sampling: "Fixed settings" },
    rows: fixed ? 7 : 3,
    onInput: onChange,
  });
  settings.build(
    ...about,
    ...axes.map(({ node }) => node),
    element(
      "p",
      { class: "hint", id: "values-hint" },
      fixed?.hint ?? "Write a list (0.5,0.9,1) or a range from:to:count (0.2:2:7).",
    ),
    element("div", { class: "pair" }, seeds.node, settings.length),
  );
  const { node, complain, wait, lock } = settings;

  return {
    node,
    complain,
    wait,
    lock,
    /** @returns {Checked<Question>} */
    read: () =>
      settings.read(({ base, prompts }) => {
        const used = axes.filter(({ name }) => name() !== "");
        const odd = used.find(({ values }) => !/^[\d.,:\s-]+$/.test(values.value));
        if (odd)
          throw new FieldProblem(
            `Values are a list of numbers (0.5,0.9,1) or a range from:to:count (0.2:2:7). “${odd.values.value}” is neither.`,
          );
        const text = used.map(({ name, values }) => `${name()}=${values.value.trim()}`).join(",");
        return { axes: text, base, prompts, seeds: seeds.whole() };
      }),
    /**
     * @param {Grid} grid
     * @param {string} written  its axes, as a link has them
     */
    write(grid, written) {
      for (const [index, { choose, values }] of axes.entries()) {
        const axis = grid.axes[index];
        choose(axis?.name ?? "");
        values.value = axis ? valuesText(axis, written) : "";
        values.disabled = !axis;
      }
      seeds.input.value = String(grid.seeds);
      settings.write(grid);
    },
  };
}
