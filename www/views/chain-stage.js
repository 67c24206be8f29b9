// One stage of the sampling chain: its switch, what it does in a sentence, its parameters, and its place among the others.
import { button, element } from "../parts/dom.js";

/**
 * @import { Parameter, StageDescription } from "../protocol.js"
 */

/** Whole numbers with more steps than this are typed instead of slid. */
const MOST_STEPS = 500;

/** @typedef {ReturnType<typeof createStage>} StageView */

/**
 * Digits after the point that a parameter's step needs.
 * @param {number} step
 */
function digits(step) {
  return Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
}

/**
 * @param {object} options
 * @param {StageDescription} options.stage
 * @param {Parameter[]} options.parameters
 * @param {boolean} options.slider  whether its parameter is a slider of the form itself
 * @param {() => void} options.onChange
 * @param {() => void} options.onRest  the hand has let go
 * @param {(stage: StageView, by: 1 | -1) => void} options.onMove
 */
export function createStage({ stage, parameters, slider, onChange, onRest, onMove }) {
  const id = `stage-${stage.name}`;
  const place = element("span", { class: "stage-place", "aria-hidden": "true" });
  const box = element("input", { type: "checkbox", "aria-describedby": id });
  const name = slider
    ? element("span", { class: "stage-name" }, stage.label)
    : element("label", { class: "stage-name" }, box, stage.label);
  const up = button("↑", () => onMove(view, -1), { class: "small" });
  const down = button("↓", () => onMove(view, 1), { class: "small" });
  const fields = parameters.map(createField);
  const details = element(
    "div",
    { class: "stage-fields", role: "group", "aria-label": stage.label, hidden: true },
    ...fields.map((field) => field.node),
  );
  const node = element(
    "li",
    { class: "stage" },
    element("div", { class: "stage-head" }, place, name, up, down),
    element(
      "p",
      { class: "hint", id, title: stage.source },
      slider ? `${stage.explanation} Its slider is above.` : stage.explanation,
    ),
    details,
  );

  /** @param {Parameter} parameter */
  function createField(parameter) {
    const { from, to, step, whole, usual } = parameter;
    const typed = whole && (to - from) / step > MOST_STEPS;
    const input = element("input", {
      type: typed ? "number" : "range",
      min: from,
      max: to,
      step,
      id: `option-${parameter.name}`,
      ...(typed ? { inputmode: "numeric" } : {}),
    });
    const output = element("output", { for: input.id, "aria-hidden": "true" });
    let value = usual;

    /** @param {number} next */
    function set(next) {
      value = Math.min(to, Math.max(from, whole ? Math.round(next) : next));
      // A link may hold a value between two steps of a slider; rounding it would change the story.
      input.step = Math.abs((value - from) / step - Math.round((value - from) / step)) < 1e-6 ? String(step) : "any";
      input.valueAsNumber = value;
      tell();
    }

    function tell() {
      const text =
        parameter.switches && value === usual ? "off" : String(Number(value.toFixed(Math.max(digits(step), 4))));
      output.value = text;
      if (!typed) input.setAttribute("aria-valuetext", text);
    }

    input.addEventListener("input", () => {
      const next = input.valueAsNumber;
      if (!Number.isFinite(next)) return;
      // Sums of steps carry a tail of binary digits; and a slider taken hold of is back on its steps.
      value = Math.min(
        to,
        Math.max(
          from,
          whole ? Math.round(next) : Number((from + Math.round((next - from) / step) * step).toFixed(digits(step))),
        ),
      );
      input.step = String(step);
      tell();
      onChange();
      if (typed) onRest();
    });
    input.addEventListener("change", () => set(value));
    // A slider that is let go where it was taken hold of has not changed.
    for (const end of typed ? [] : ["change", "pointerup", "pointercancel"])
      input.addEventListener(end, () => onRest());
    set(usual);
    return {
      parameter,
      set,
      value: () => value,
      node: element(
        "div",
        { class: "field" },
        element(
          "div",
          { class: "field-head" },
          element("label", { for: input.id }, parameter.label),
          ...(typed ? [] : [output]),
        ),
        input,
      ),
    };
  }

  function isOn() {
    return fields.some(({ parameter, value }) => parameter.switches && value() !== parameter.usual);
  }

  /** What the parameters were when the stage was last switched off. @type {number[] | null} */
  let kept = null;

  box.addEventListener("change", () => {
    if (box.checked) fields.forEach((field, index) => field.set(kept?.[index] ?? field.parameter.suggested));
    else {
      if (isOn()) kept = fields.map((field) => field.value());
      for (const field of fields) field.set(field.parameter.usual);
    }
    details.hidden = !box.checked;
    onChange();
    onRest();
  });

  const view = {
    name: stage.name,
    label: stage.label,
    node,
    isOn,
    /** Its parameters that differ from what is usual. */
    read() {
      return Object.fromEntries(
        fields
          .filter(({ parameter, value }) => value() !== parameter.usual)
          .map(({ parameter, value }) => [parameter.name, value()]),
      );
    },
    /** @param {Record<string, number>} options */
    write(options) {
      for (const { parameter, set } of fields) set(options[parameter.name] ?? parameter.usual);
      box.checked = isOn();
      details.hidden = !box.checked;
    },
    /**
     * Says its place. A button that cannot move it further keeps the focus it may have.
     * @param {number} index
     * @param {number} of
     */
    stand(index, of) {
      place.textContent = String(index + 1);
      for (const [arrow, way, last] of /** @type {[HTMLButtonElement, string, boolean][]} */ ([
        [up, "up", index === 0],
        [down, "down", index === of - 1],
      ])) {
        arrow.setAttribute("aria-label", `Move ${stage.label} ${way}`);
        arrow.setAttribute("aria-disabled", String(last));
      }
    },
  };
  return view;
}
