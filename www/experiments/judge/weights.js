// Three sliders: how much coherence, novelty and relevance count in the score.
import { element } from "../../parts/dom.js";

/**
 * @import { JudgeCriterion, JudgeWeights } from "../../protocol.js"
 */

/** @type {[JudgeCriterion, string][]} */
const CRITERIA = [
  ["coherence", "Coherence"],
  ["novelty", "Novelty"],
  ["relevance", "Relevance"],
];

export function createWeights() {
  const hint = element("p", { class: "hint", id: "novelty-hint" });
  const sliders = CRITERIA.map(([name, label]) => {
    const input = element("input", {
      type: "range",
      min: 0,
      max: 1,
      step: 0.05,
      id: `weight-${name}`,
      "aria-describedby": name === "novelty" ? "novelty-hint" : null,
    });
    const output = element("output", { for: `weight-${name}` });
    const say = () => (output.textContent = Number(input.value).toFixed(2));
    input.addEventListener("input", say);
    return {
      name,
      input,
      say,
      node: element("div", { class: "weight" }, element("label", { for: `weight-${name}` }, label), input, output),
    };
  });
  const node = element(
    "fieldset",
    { class: "weights" },
    element("legend", {}, "What counts in the score"),
    ...sliders.map((slider) => slider.node),
    hint,
  );
  const novelty = sliders.find(({ name }) => name === "novelty");
  let ready = false;

  function offer() {
    if (!novelty) return;
    // A weight that a link brought can be taken away at all times.
    novelty.input.disabled = !ready && Number(novelty.input.value) === 0;
    hint.hidden = ready;
    hint.textContent = ready
      ? ""
      : `Novelty needs the library, which you can load on this page.${Number(novelty.input.value) > 0 ? "" : " Until then, the score consists of the other two."}`;
  }

  novelty?.input.addEventListener("change", offer);

  return {
    node,
    /** @returns {JudgeWeights} */
    read() {
      const weights = { coherence: 0, novelty: 0, relevance: 0 };
      for (const { name, input } of sliders) weights[name] = Number(input.value);
      return weights;
    },
    /** @param {JudgeWeights} weights */
    write(weights) {
      for (const { name, input, say } of sliders) {
        // A slider holds the nearest of its own steps; a link may have a weight in between.
        input.step = Number.isInteger(weights[name] * 20) ? "0.05" : "any";
        input.value = String(weights[name]);
        say();
      }
      offer();
    },
    /** @param {boolean} open  whether the library is open */
    library(open) {
      ready = open;
      offer();
    },
  };
}
