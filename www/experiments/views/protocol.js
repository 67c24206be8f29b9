// The protocol of an experiment: what is asked, how it is measured, and how it relates to the paper.
import { element } from "../../parts/dom.js";

/**
 * Texts of an experiment's protocol, each a paragraph.
 * @typedef {{ hypothesis: string, settings: string, measure: string, control: string, analysis: string, paper: string[] }} Protocol
 */

const PARTS = /** @type {const} */ ([
  ["hypothesis", "Hypothesis"],
  ["settings", "Settings"],
  ["measure", "Measure"],
  ["control", "Control"],
  ["analysis", "Analysis"],
]);

/**
 * @param {{ title: string, question: string, protocol: Protocol }} experiment
 */
export function createProtocol({ title, question, protocol }) {
  const parts = PARTS.flatMap(([name, label]) => [element("dt", {}, label), element("dd", {}, protocol[name])]);
  return element(
    "section",
    { class: "card protocol", "aria-labelledby": "experiment-heading" },
    element("h2", { id: "experiment-heading", tabindex: -1 }, title),
    element("p", { class: "question" }, question),
    element("details", { class: "protocol-parts" }, element("summary", {}, "Protocol"), element("dl", {}, ...parts)),
    element(
      "details",
      {},
      element("summary", {}, "How this relates to the paper"),
      ...protocol.paper.map((text) => element("p", {}, text)),
    ),
  );
}
