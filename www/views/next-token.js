// The next-token chart: what could stand at one place, before and after the sampling chain, and what each sampler did.
import { element } from "../parts/dom.js";
import { createCandidates } from "./candidates.js";
import { createStageTable } from "./stage-table.js";

/**
 * @import { LookedMessage } from "../protocol.js"
 */

/**
 * @param {{ onBranch: (token: number) => void }} options
 */
export function createNextToken({ onBranch }) {
  const candidates = createCandidates({ onBranch });
  const stages = createStageTable();
  const scaleOf = (/** @type {string} */ value, /** @type {string} */ label, /** @type {boolean} */ checked) =>
    element("label", {}, element("input", { type: "radio", name: "chart-scale", value, checked }), label);
  const scale = element(
    "fieldset",
    { class: "segments" },
    element("legend", { class: "visually-hidden" }, "Scale of the bars"),
    scaleOf("linear", "Linear", true),
    scaleOf("log", "Log", false),
  );
  const model = element("span", {}, "model");
  const key = element(
    "p",
    { class: "chart-key hint" },
    element("i", { class: "key-before", "aria-hidden": "true" }),
    model,
    element("i", { class: "key-after", "aria-hidden": "true" }),
    "with your settings",
    element("i", { class: "key-cut", "aria-hidden": "true" }),
    "cut",
  );
  const status = element("p", { class: "chart-status", role: "status" });
  const chart = element("div", { class: "chart" }, status, element("div", { class: "chart-box" }, candidates.node));
  /** @type {LookedMessage | null} */
  let last = null;
  /** @type {(stage: string) => string} */
  let labels = (stage) => stage;

  function draw() {
    if (!last) return;
    candidates.show(last, {
      log: scale.querySelector("input:checked")?.getAttribute("value") === "log",
      labelOf: labels,
    });
    stages.show(last, labels);
  }
  scale.addEventListener("change", draw);

  return {
    scale,
    key,
    chart,
    stages: stages.node,
    /**
     * @param {LookedMessage} looked
     * @param {(stage: string) => string} labelOf  the stage's name for people
     */
    show(looked, labelOf) {
      last = looked;
      labels = labelOf;
      draw();
      chart.removeAttribute("data-stale");
      chart.removeAttribute("data-empty");
      if (status.textContent) status.textContent = "";
    },
    /**
     * Whose probabilities the outlines are.
     * @param {string} words
     */
    name(words) {
      if (model.textContent !== words) model.textContent = words;
    },
    /**
     * What is drawn, if anything, is of another place, and why there is nothing newer.
     * @param {string} why
     */
    wait(why) {
      chart.toggleAttribute("data-stale", true);
      chart.toggleAttribute("data-empty", last === null);
      if (status.textContent !== why) status.textContent = why;
    },
  };
}
