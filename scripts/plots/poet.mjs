// Experiment 2: what the adapter does to each number along its strength.
import { capital, decimal } from "../../www/parts/format.js";
import { metricOf } from "../../www/views/metric-list.js";
import { sweep } from "./data.mjs";
import { analyse } from "./engine.mjs";
import { along, extentOf, plain, share } from "./lines.mjs";
import { COLOURS, sheet, words } from "./sheet.mjs";

/** What stands under the label of a number, by what it is compared with or read by. */
const MORE = { base: "by the base model", adapter: "against the poems", library: "against the library" };
/** Letters of a name that fit over a panel. */
const LONGEST = 23;
const PANELS = [
  ["base_coherence", plain],
  ["base_slor_per_word_bits", plain],
  ["base_entropy_per_word_bits", plain],
  ["new_ngrams_3", share],
  ["adapter_new_ngrams_3", share],
  ["mean_words_per_line", plain],
  ["rhyming_line_ends", share],
  ["sentence_overlap", share],
].map(([name, write]) => {
  const { variant, library } = metricOf(name);
  const label = capital(metricOf(name.replace(/^(base|adapter)_/, "")).title);
  return { name, label, more: MORE[variant ?? (library ? "library" : "")] ?? "", write };
});

const { grid, values } = sweep("poet.csv");

function strengths() {
  const [across, down, left, top] = [177, 186, 4, 10];
  const findings = PANELS.map(({ name }) => analyse(grid, name, values(name)).findings[0]);
  const parts = PANELS.flatMap(({ label, more, write }, index) => {
    // A long name goes on in the second line.
    const [first, second] = label.length > LONGEST ? label.split(/ (?=\S+$)/) : [label, ""];
    const [x, y] = [left + (index % 4) * across, top + Math.floor(index / 4) * (down + 46)];
    return [
      words(x + 12, y + 16, first, { weight: 600 }),
      ...(second ? [words(x + 12, y + 32, second, { weight: 600 })] : []),
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
