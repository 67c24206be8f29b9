// Experiment 2: what the adapter does to each number along its strength.
import { decimal } from "../../www/parts/format.js";
import { sweep } from "./data.mjs";
import { analyse } from "./engine.mjs";
import { along, extentOf, plain, share } from "./lines.mjs";
import { COLOURS, sheet, words } from "./sheet.mjs";

const PANELS = [
  { name: "base_coherence", label: "Coherence", more: "as the base model reads it", write: share },
  { name: "base_slor_per_word_bits", label: "SLOR, bits a word", more: "as the base model reads it", write: plain },
  {
    name: "base_entropy_per_word_bits",
    label: "Entropy, bits a word",
    more: "as the base model reads it",
    write: plain,
  },
  { name: "new_ngrams_3", label: "New word triples", more: "against the library", write: share },
  { name: "adapter_new_ngrams_3", label: "New word triples", more: "against the poems", write: share },
  { name: "mean_words_per_line", label: "Words a line", more: "", write: plain },
  { name: "rhyming_line_ends", label: "Line ends that rhyme", more: "by spelling", write: share },
  { name: "sentence_overlap", label: "Sentence overlap", more: "", write: share },
];

const { grid, values } = sweep("poet.csv");

function strengths() {
  const [across, down, left, top] = [177, 186, 4, 10];
  const findings = PANELS.map(({ name, label }) => analyse(grid, label, values(name)).findings[0]);
  const parts = PANELS.flatMap(({ label, more, write }, index) => {
    const [x, y] = [left + (index % 4) * across, top + Math.floor(index / 4) * (down + 46)];
    return [
      words(x + 12, y + 16, label, { weight: 600 }),
      words(x + 12, y + 31, more, { size: 11.5, fill: COLOURS.soft }),
      along({
        x,
        y: y + 36,
        width: across,
        height: down,
        finding: findings[index],
        extent: extentOf([findings[index]]),
        write,
        label: "strength",
      }),
    ];
  });
  const ends = PANELS.map(({ label, more }, index) => {
    const [first, last] = [findings[index].means[0], findings[index].means.at(-1)].map(({ estimate }) =>
      decimal(estimate.mean, 2),
    );
    return `${label.toLowerCase()}${more ? ` (${more})` : ""} from ${first} to ${last}`;
  });
  return sheet({
    width: 720,
    height: top + 2 * (down + 46) + 2,
    title: "The Poet along its strength",
    description: `Eight charts along the strength from ${grid.axes[0].values[0]} to ${grid.axes[0].values.at(-1)}: ${ends.join("; ")}.`,
    parts,
  });
}

export const drawings = { "poet-strengths.svg": strengths };
