// Base and Poet beside each other: for a prompt and a seed, the story at the lowest strength and at a chosen one, with their numbers.
import { element } from "../../parts/dom.js";
import { percent } from "../../parts/format.js";
import { metricOf } from "../../views/metric-list.js";
import { card } from "../views/card.js";
import { storyLink, tokensOf } from "../views/row.js";
import { promptsOf } from "../session/prompts.js";

/**
 * @import { Grid, Row } from "../../protocol.js"
 */

const SHOWN = [
  "base_coherence",
  "base_surprise",
  "new_ngrams_3",
  "adapter_new_ngrams_3",
  "adapter_longest_span",
  "lines",
  "mean_words_per_line",
  "rhyming_line_ends",
];

/** @param {number} value */
const strength = (value) =>
  value === 0 ? "Strength 0: the base model" : value === 1 ? "Strength 1: as trained" : `Strength ${value}`;

/** One of the two texts. */
function createSide() {
  const heading = element("h3");
  const text = element("p", { class: "cell-text side-text" });
  const below = element("p", { class: "hint" });
  return {
    node: element("div", { class: "side" }, heading, text, below),
    /**
     * @param {number | undefined} value  its strength
     * @param {string} prompt
     * @param {Row | null} row
     */
    show(value, prompt, row) {
      heading.textContent = value === undefined ? "No other strength" : strength(value);
      text.replaceChildren(element("span", { class: "cell-prompt" }, prompt), ...(row ? [row.text] : []));
      if (row) {
        below.replaceChildren(`${tokensOf(row)} · `, storyLink(row.link, `strength ${value}, seed ${row.seed}`));
      } else below.replaceChildren(value === undefined ? "Add a second strength to compare." : "Not written yet.");
    },
  };
}

export function createSideBySide() {
  const prompts = element("select", { "aria-label": "Prompt" });
  const seeds = element("select", { "aria-label": "Seed" });
  const slider = element("input", { type: "range", min: 1, step: 1, "aria-label": "Strength of the Poet" });
  const output = element("output");
  const [base, poet] = [createSide(), createSide()];
  const body = element("tbody");
  const columns = [element("th", { scope: "col" }), element("th", { scope: "col" })];
  const table = element(
    "table",
    { class: "side-numbers" },
    element("caption", { class: "visually-hidden" }, "Metrics of the two stories"),
    element("thead", {}, element("tr", {}, element("td"), ...columns)),
    body,
  );
  const node = card(
    "side-by-side",
    "Base and Poet, side by side",
    [element("label", { class: "side-prompt" }, "Prompt ", prompts), element("label", {}, "Seed ", seeds)],
    element("label", { class: "side-strength" }, "Strength ", slider, output),
    element("div", { class: "sides" }, base.node, poet.node),
    table,
  );
  /** @type {{ grid: Grid, rows: (Row | null)[] } | null} */
  let view = null;
  let shape = "";
  let drawn = "";
  /** Cells by rising strength. @type {{ cell: number, value: number }[]} */
  let steps = [];

  /** @param {Grid} grid */
  function make(grid) {
    steps = (grid.axes[0]?.values ?? [])
      .map((value, cell) => ({ cell, value }))
      .sort((one, other) => one.value - other.value);
    prompts.replaceChildren(...promptsOf(grid).map((prompt, index) => element("option", { value: index }, prompt)));
    seeds.replaceChildren(
      ...Array.from({ length: grid.seeds }, (_, index) =>
        element("option", { value: index }, String(grid.base.seed + index)),
      ),
    );
    slider.max = String(Math.max(1, steps.length - 1));
    const trained = steps.findIndex(({ value }) => value === 1);
    slider.value = String(trained > 0 ? trained : steps.length - 1);
    slider.disabled = steps.length < 3;
  }

  function draw() {
    if (!view) return;
    const { grid, rows } = view;
    const [prompt, seed] = [Number(prompts.value), Number(seeds.value)];
    const low = steps[0];
    const high = steps.length > 1 ? steps[Number(slider.value)] : undefined;
    const story = (/** @type {{ cell: number } | undefined} */ step) =>
      step ? (rows[(step.cell * promptsOf(grid).length + prompt) * grid.seeds + seed] ?? null) : null;
    const both = [story(low), story(high)];
    // Drawn anew only where something is new, so that a reader's place in it stays.
    const now = JSON.stringify([
      prompt,
      seed,
      low,
      high,
      both.map((row) => row && [row.digest, SHOWN.map((name) => row.numbers[name])]),
    ]);
    if (now === drawn) return;
    drawn = now;
    output.textContent = high ? percent(high.value) : "";
    slider.setAttribute("aria-valuetext", high ? percent(high.value) : "none");
    const words = promptsOf(grid)[prompt] ?? "";
    for (const [index, side] of [base, poet].entries())
      side.show([low, high][index]?.value, words, both[index] ?? null);
    for (const [index, column] of columns.entries()) {
      const value = [low, high][index]?.value;
      column.textContent = value === undefined ? "" : `Strength ${value}`;
    }
    body.replaceChildren(
      ...SHOWN.map(metricOf).map(({ name, title, write }) =>
        element(
          "tr",
          {},
          element("th", { scope: "row" }, title),
          ...both.map((row) => element("td", {}, write(row?.numbers[name] ?? null))),
        ),
      ),
    );
  }

  for (const control of [prompts, seeds]) control.addEventListener("change", draw);
  slider.addEventListener("input", draw);
  return {
    node,
    /** @param {{ grid: Grid, rows: (Row | null)[] }} next */
    show(next) {
      const made = JSON.stringify([
        next.grid.axes,
        next.grid.prompts,
        next.grid.base.prompt,
        next.grid.seeds,
        next.grid.base.seed,
      ]);
      if (made !== shape) make(next.grid);
      shape = made;
      view = next;
      draw();
    },
  };
}
