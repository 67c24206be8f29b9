// Experiment 2: the model with an adapter, at several strengths. Its form makes a plan, the rows become plots along the strength,
// findings, and pairs of stories beside each other.
import { element } from "../../parts/dom.js";
import { megabytes } from "../../parts/format.js";
import { card, hint } from "../views/card.js";
import { createForm } from "../sampling/form.js";
import { metricOf } from "../../views/metric-list.js";
import { adapterNumbers } from "../sampling/numbers.js";
import { createSweep } from "../session/sweep.js";
import { createFindings } from "../session/findings.js";
import { createMeasure } from "./measure.js";
import { ours, protocol, question, title } from "./protocol.js";
import { createSideBySide } from "./side-by-side.js";
import { defaultGrid } from "./defaults.js";

/**
 * @import { AdapterDescription, Grid } from "../../protocol.js"
 * @import { Context, Experiment, Shown } from "../experiment.js"
 * @import { Conducted } from "../session/conduct.js"
 * @import { Kind } from "../session/sweep.js"
 */

const NAME = "poet";
/** Seconds that a worker takes for a token before this device has shown its own speed: each story is read by two models. */
const TOKEN_SECONDS = 0.009;
/** What is always shown, and then a number of the reader's choice. */
const MEASURES = [
  { name: "base_coherence", heading: "Coherence" },
  { name: "base_surprise", heading: "Surprise" },
  { name: "new_ngrams_3", heading: "New to the library" },
  { name: "adapter_new_ngrams_3", heading: "New to the poems" },
  { name: "mean_words_per_line", heading: "Line length" },
  { name: "rhyming_line_ends", heading: "Rhymes" },
];

/** @type {Experiment} */
export const poet = {
  name: NAME,
  title,
  question,
  protocol,
  ours,
  create(context) {
    const adapter = context.model.adapters.find(({ id }) => id.startsWith(`${NAME}@`));
    return adapter ? create(context, adapter) : absent(context);
  },
};

/**
 * @param {Context} context
 * @param {AdapterDescription} adapter
 * @returns {Shown}
 */
function create(context, adapter) {
  const { analyst, conduct, hello } = context;
  const strongest = hello.limits.strength[1];
  const provenance = element(
    "p",
    { class: "hint" },
    `${adapter.title} is the model with a low-rank adapter of ${megabytes(adapter.bytes)} MB, fine-tuned on poems. See `,
    element("a", { href: "pages/poet.html" }, "how it was made and how it writes"),
    ".",
  );
  const form = createForm({
    chain: hello.chain,
    limits: hello.limits,
    fixed: {
      name: "strength",
      label: "Strengths",
      hint: `0 is the base model, 1 is as trained, ${strongest} is the maximum. Write a list (0,0.5,1) or a range from:to:count (0:${strongest}:7).`,
    },
    words: { seeds: "Seeds per prompt", prompts: "One per line. At every strength, stories continue each prompt." },
    about: [provenance],
    onChange: () => sweep.consider(),
  });
  const number = element(
    "select",
    { "aria-label": "Metric" },
    ...adapterNumbers().map(({ group, metrics }) =>
      element(
        "optgroup",
        { label: group },
        ...metrics.map(({ name, title: words }) => element("option", { value: name }, words)),
      ),
    ),
  );
  number.value = "base_slor_per_word_bits";
  number.addEventListener("change", () => void analysis.refresh());
  const sides = createSideBySide();
  const caveats = element("ul", { class: "hint" });
  const measures = [
    ...MEASURES.map(({ name, heading }) => ({ number: () => name, measure: createMeasure({ name, heading }) })),
    {
      number: () => number.value,
      measure: createMeasure({
        name: "chosen",
        heading: "Another metric",
        choice: element("label", {}, "Metric ", number),
      }),
    },
  ];
  const results = element(
    "div",
    { class: "sweep-results" },
    sides.node,
    ...measures.map(({ measure }) => measure.node),
    card(
      "reading",
      "How to read this",
      [],
      hint(
        "Bars: 95% intervals over prompts or seeds, if there are enough. Filled marks differ significantly from the lowest strength.",
      ),
      caveats,
    ),
  );

  /** @type {Kind} */
  const kind = {
    name: NAME,
    cell: "strength",
    tokenSeconds: TOKEN_SECONDS,
    defaults: () => defaultGrid(hello.grid, adapter),
    fit,
  };
  const sweep = createSweep({
    context,
    kind,
    form,
    onGrid() {
      analysis.forget();
      draw();
    },
  });
  const analysis = createFindings({
    analyst,
    conduct,
    grid: sweep.grid,
    names: () => measures.map((each) => each.number()),
    onFindings: draw,
  });

  /**
   * A grid of a link, with the adapter that is here and along its strength alone.
   * @param {Grid} grid
   */
  function fit(grid) {
    const { adapter: theirs, ...base } = grid.base;
    const defaults = kind.defaults();
    const along = grid.axes.length === 1 && grid.axes[0]?.name === "strength";
    if (along && theirs?.id === adapter.id) return { grid, problem: null };
    const mine = { ...base, adapter: { id: adapter.id, strength: 1 } };
    if (along)
      return {
        grid: { ...grid, base: mine },
        problem: `The link was made with ${theirs?.id ? `the adapter ${theirs.id}` : "an unnamed adapter"}, but this page has ${adapter.id}. The stories will differ.`,
      };
    return {
      grid: { ...defaults, base: { ...mine, prompt: defaults.base.prompt } },
      problem:
        "This experiment sweeps the strength of an adapter and nothing else. The link sweeps something else, so the default strengths are used.",
    };
  }

  function draw() {
    const grid = sweep.grid();
    if (!grid) return;
    const { rows, written } = conduct.state();
    sides.show({ grid, rows });
    const traced = rows.some((row) => row && "new_ngrams_3" in row.numbers);
    for (const { number: name, measure } of measures) {
      const metric = metricOf(name());
      measure.show({
        told: analysis.latest(name()),
        metric,
        written,
        unmeasured: metric.library && written > 0 && !traced,
      });
    }
    const told = analysis.latest("base_coherence")?.caveats ?? [];
    caveats.replaceChildren(...(written > 0 ? told : []).map((caveat) => element("li", {}, caveat)));
  }

  return {
    ...sweep.shown,
    results,
    /** @param {Conducted} state */
    show(state) {
      sweep.heed(state);
      analysis.heed(state);
    },
    about: () => analysis.about(measures.map((each) => each.number())),
  };
}

/**
 * In place of the experiment, where the model has no Poet.
 * @param {Context} context
 * @returns {Shown}
 */
function absent({ model }) {
  const text = `This experiment needs the adapter ${NAME}, but this server has none for the model ${model.id}.`;
  return {
    settings: element("p", { class: "form-problem", role: "alert" }, text),
    results: element("div"),
    problem: () => text,
    settle: async () => undefined,
    identity: () => "",
    useDefaults: async () => false,
    restore: async () => false,
    readLink: async () => ({ problems: [text], promise: null }),
    writeLink: async () => ({ fragment: "", digest: null }),
    show: () => undefined,
    estimate: () => "",
    describe: () => "",
    about: async () => ({}),
  };
}
