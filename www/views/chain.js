// The sampling chain beyond temperature and top-p: presets, and every stage with its switch, its parameters and its turn.
import { button, element, required } from "../parts/dom.js";
import { createStage } from "./chain-stage.js";

/**
 * @import { ChainDescription, Preset, Settings } from "../protocol.js"
 * @import { StageView } from "./chain-stage.js"
 */

/** Stages that the sliders of the form belong to. */
const SLIDERS = ["temperature", "top_p"];

/** @typedef {Pick<Settings, "temperature" | "top_p" | "options" | "order">} ChainSettings */

/**
 * @param {object} options
 * @param {() => void} options.onChange  the reader changed something here
 * @param {() => void} options.onRest  the hand has let go of it
 * @param {(preset: Preset) => void} options.onPreset
 */
export function createChain({ onChange, onRest, onPreset }) {
  const root = required("chain", HTMLElement);
  const tally = required("samplers-state", HTMLElement);
  const presets = required("presets", HTMLElement);
  const sentence = element("p", { class: "hint preset-sentence" });
  const list = element("ol", { class: "stages-list", "aria-label": "The samplers in their order" });
  const said = element("span", { class: "visually-hidden", role: "status" });
  const usual = button(
    "Default order",
    () => {
      if (isUsual()) return;
      arrange([]);
      said.textContent = "The samplers are in their default order again.";
      onChange();
      onRest();
    },
    { class: "small" },
  );
  const waiting = element("p", { class: "hint" }, "The samplers are listed here when the engine has started.");
  const content = element(
    "div",
    { hidden: true },
    sentence,
    element(
      "p",
      { class: "hint" },
      "The samplers work one after the other, from the top. Each works on what the one before it left.",
    ),
    list,
    usual,
    said,
  );
  root.append(waiting, content);

  /** @type {ChainDescription} */
  let chain = { stages: [], parameters: [], presets: [] };
  /** In their order. @type {StageView[]} */
  let stages = [];
  /** @type {Map<Preset, HTMLButtonElement>} */
  const presetButtons = new Map();

  function isUsual() {
    return stages.every((stage, index) => stage.name === chain.stages[index]?.name);
  }

  /** What the chain says apart from the sliders; what is usual is left out. @returns {Pick<Settings, "options" | "order">} */
  function read() {
    /** @type {Record<string, number>} */
    const options = Object.assign({}, ...stages.map((stage) => stage.read()));
    return {
      ...(Object.keys(options).length > 0 ? { options } : {}),
      ...(isUsual() ? {} : { order: stages.map(({ name }) => name) }),
    };
  }

  /**
   * Puts the stages into an order. One that it does not name stands behind the one that it follows by default, as in the engine.
   * @param {string[]} order
   */
  function arrange(order) {
    const known = order.filter(
      (name, index) => order.indexOf(name) === index && stages.some((stage) => stage.name === name),
    );
    const complete = [...known];
    for (const [index, { name }] of chain.stages.entries())
      if (!complete.includes(name)) complete.splice(complete.indexOf(chain.stages[index - 1]?.name ?? "") + 1, 0, name);
    stages.sort((one, other) => complete.indexOf(one.name) - complete.indexOf(other.name));
    // Only where something moves: a node put in its place again loses the focus it may have.
    if (stages.some((stage, index) => list.children[index] !== stage.node))
      list.append(...stages.map((stage) => stage.node));
    number();
  }

  function number() {
    stages.forEach((stage, index) => stage.stand(index, stages.length));
    usual.setAttribute("aria-disabled", String(isUsual()));
  }

  /**
   * @param {StageView} stage
   * @param {1 | -1} by
   */
  function move(stage, by) {
    const from = stages.indexOf(stage);
    const other = stages[from + by];
    if (!other) return;
    stages[from] = other;
    stages[from + by] = stage;
    // The other one moves in the page, so that the button keeps the focus.
    if (by < 0) stage.node.after(other.node);
    else stage.node.before(other.node);
    number();
    said.textContent = `${stage.label} is number ${from + by + 1} of ${stages.length}.`;
    onChange();
    onRest();
  }

  /** @param {ChainSettings} now */
  function describe(now) {
    const on = stages.filter((stage) => stage.isOn()).length;
    if (stages.length > 0)
      tally.textContent = [
        on === 0 ? "none on" : on === 1 ? "1 sampler on" : `${on} samplers on`,
        ...(isUsual() ? [] : ["own order"]),
      ].join(", ");
    let current = "";
    for (const [preset, chip] of presetButtons) {
      const pressed = matches(preset, now);
      chip.setAttribute("aria-pressed", String(pressed));
      if (pressed) current = preset.sentence;
    }
    sentence.textContent = current || "Your own settings. A preset sets both sliders and every sampler.";
  }

  return {
    read,
    describe,
    /**
     * What the engine's chain is made of.
     * @param {ChainDescription} description
     */
    make(description) {
      chain = description;
      content.hidden = false;
      waiting.hidden = true;
      stages = chain.stages.map((stage) =>
        createStage({
          stage,
          parameters: chain.parameters.filter((parameter) => parameter.stage === stage.name),
          slider: SLIDERS.includes(stage.name),
          onChange,
          onRest,
          onMove: move,
        }),
      );
      presetButtons.clear();
      for (const preset of chain.presets)
        presetButtons.set(
          preset,
          button(preset.name, () => onPreset(preset), { "aria-pressed": "false", title: preset.sentence }),
        );
      presets.replaceChildren(...presetButtons.values());
      list.replaceChildren();
      arrange([]);
    },
    /**
     * Shows the chain of some settings. Names that this engine does not know are left aside.
     * @param {Pick<Settings, "options" | "order">} settings
     */
    write({ options, order }) {
      for (const stage of stages) stage.write(options ?? {});
      arrange(order ?? []);
    },
  };
}

/**
 * Whether settings are those of a preset.
 * @param {Preset} preset
 * @param {ChainSettings} now
 */
function matches(preset, now) {
  const near = (/** @type {number} */ one, /** @type {number | undefined} */ other) =>
    other !== undefined && Math.abs(one - other) < 1e-6;
  const names = new Set([...Object.keys(preset.options), ...Object.keys(now.options ?? {})]);
  return (
    near(preset.temperature, now.temperature) &&
    near(preset.top_p, now.top_p) &&
    [...names].every((name) => near(preset.options[name] ?? NaN, now.options?.[name])) &&
    (preset.order ?? []).join() === (now.order ?? []).join()
  );
}
