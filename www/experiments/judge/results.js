// What a self-evaluation brings, on the screen: findings, intervals, every number, and how each story came about.
import { createEffectsTable } from "./effects-table.js";
import { createItems } from "./items.js";
import { createIntervals } from "./plot.js";
import { element } from "../../parts/dom.js";
import { card, hint } from "../views/card.js";

/**
 * @import { EffectsMessage, JudgeProtocol, JudgeRow } from "../../protocol.js"
 */

/**
 * @param {{ ratings: HTMLElement }} options  where the reader's own ratings are compared with the score
 */
export function createJudgeResults({ ratings }) {
  const table = createEffectsTable();
  const intervals = createIntervals();
  const items = createItems();
  const findings = element("div", { class: "findings-list" });
  const leftOut = hint("");
  const tableCard = card(
    "effects-card",
    "All metrics",
    [],
    table.node,
    hint(
      "Judged: chosen by the score. Control: chosen at random, with the same computation. Means are over prompts; shares are from 0 to 1. In the score: favoured by construction. Undecided: the difference may be chance.",
    ),
    leftOut,
  );
  const intervalsCard = card(
    "intervals-card",
    "Judged minus control",
    [],
    intervals.node,
    hint(
      "Bars: 95% intervals, with six prompts or more. Each line has its own scale; the table has the numbers. Grey: part of the score, so favoured by selection. Filled: significant after correction.",
    ),
  );
  const itemsCard = card(
    "items-card",
    "How each story was made",
    [],
    hint("Open a story to see the candidates, the choice and the reason."),
    items.node,
  );
  for (const late of [intervalsCard, tableCard, itemsCard]) late.hidden = true;
  const node = element(
    "div",
    { class: "sweep-results judge-results" },
    card("findings", "Findings", [], findings),
    intervalsCard,
    tableCard,
    ratings,
    itemsCard,
  );

  return {
    node,
    clear: items.clear,
    /** @param {{ protocol: JudgeProtocol | null, rows: (JudgeRow | null)[], told: EffectsMessage | null }} view */
    show({ protocol, rows, told }) {
      const effects = told?.effects.effects ?? [];
      tableCard.hidden = effects.length === 0;
      intervalsCard.hidden = effects.length === 0;
      itemsCard.hidden = rows.every((row) => row === null);
      table.show(effects);
      intervals.show(effects);
      items.show(rows);
      const first = rows.find((row) => row !== null);
      const missing = (first?.left_out ?? []).filter(({ criterion }) => (protocol?.weights[criterion] ?? 0) > 0);
      leftOut.textContent =
        missing.length > 0
          ? `Not in the score: ${missing.map(({ criterion, reason }) => `${criterion} (${reason})`).join("; ")}.`
          : "";
      leftOut.hidden = missing.length === 0;
      const sentences = told?.findings ?? [];
      findings.replaceChildren(
        ...(sentences.length > 0
          ? sentences.map((sentence) => element("p", {}, sentence))
          : [hint("Findings appear here as soon as there are stories.")]),
      );
    },
  };
}
