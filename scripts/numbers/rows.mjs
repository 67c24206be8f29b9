// Lines and tables of docs/methods.md, from what fabula computed.

const MINUS = "−";
/** The order in which the page names ratings, each with its set. */
const RATINGS = [
  ["minp_v2", "quality"],
  ["minp_v2", "diversity"],
  ["union_roc", "coherence"],
  ["union_roc", "repetition"],
  ["creative_story_gen", "creativity"],
  ["creative_story_gen", "originality"],
  ["creative_story_gen", "surprise"],
  ["creative_story_gen", "value"],
];
const ARTIFICIAL = ["artificial", "quality"];
/** Of sections with several numbers: the one that a line is about. */
const WHICH = { " of triples": "new_ngrams_3", " of single words": "distinct_1", " of runs of four": "seq_rep_4" };
const BASELINES = {
  "words in the text": "baseline: words",
  "mean word length": "baseline: mean word length",
  "zlib ratio": "baseline: zlib ratio",
  "distinct words": "distinct_1",
  "tokens in the text": "tokens",
};
const DAMAGE = [
  "shuffled sentences",
  "spliced sentences",
  "repeated sentences",
  "swapped words",
  "replaced words",
  ...["0.3", "0.6", "1.0", "1.3", "1.6", "2.0"].map((t) => `sampled at T = ${t}`),
];

/** A number of so many decimals, with thousands set apart. */
export function written(value, digits) {
  const text = Math.abs(value).toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}
/** With its sign, but for nothing. */
function signed(value) {
  const text = written(value, 2);
  return /[1-9]/.test(text) && value > 0 ? `+${text}` : text;
}
/** What may be nothing. */
const hollow = (interval) => (interval && interval[0] <= 0 && interval[1] >= 0 ? " ○" : "");

function find(agreements, [set, rating], metric) {
  const found = agreements.find((one) => one.set === set && one.rating === rating && one.metric === metric);
  if (!found) throw new Error(`no agreement of ${metric} with ${rating} of ${set}`);
  return found;
}

/** The line "Agreement" of a section. */
export function agreementLine(agreements, metrics, which) {
  const metric = which ? WHICH[which] : metrics[0];
  const each = RATINGS.map((place) => {
    const { spearman, interval, partial, partial_interval } = find(agreements, place, metric);
    return `${place[1]} ${signed(spearman)}${hollow(interval)} [${signed(partial)}${hollow(partial_interval)}]`;
  });
  const last = find(agreements, ARTIFICIAL, metric);
  return `- **Agreement**${which}: ${each.join(", ")}. Artificial: ${signed(last.spearman)}${hollow(last.interval)}.`;
}

/** A correlation with its interval. */
export const cell = (value, interval) =>
  `${signed(value)} (${signed(interval[0])} to ${signed(interval[1])})${hollow(interval)}`;

/** The tables of the headlines: each row anew, by its name and the columns of its table. */
export function agreementTables(page, agreements) {
  return page.replace(/^\| \| (?:quality|coherence|creativity) \| given length .*\n\|[-|]+\n(?:\|.*\n)+/gm, (table) => {
    const [head, rule, ...rows] = table.trimEnd().split("\n");
    const columns = head
      .split("|")
      .slice(2, -1)
      .map((name) => name.trim())
      .filter((name) => name !== "given length");
    // "surprise" and "coherence" are ratings here, whatever else they are called elsewhere.
    const places = columns.map((name) =>
      name === "artificial" ? ARTIFICIAL : RATINGS.find(([, rating]) => rating === name),
    );
    const made = rows.map((row) => {
      const name = row.split("|")[1].trim();
      const metric = BASELINES[name] ?? name.replaceAll("`", "");
      const cells = places.flatMap((place) => {
        const { spearman, interval, partial, partial_interval } = find(agreements, place, metric);
        return [
          cell(spearman, interval),
          partial_interval && metric !== BASELINES["words in the text"] ? cell(partial, partial_interval) : "",
        ];
      });
      return `| ${name} | ${cells.join(" | ")} |`;
    });
    return `${[head, rule, ...made].join("\n")}\n`;
  });
}

/** The table of damage. */
export function damageTable(page, damage) {
  return page.replace(/^\| \| shuffled .*\n\|[-|]+\n(?:\|.*\n)+/m, (table) => {
    const [head, rule, ...rows] = table.trimEnd().split("\n");
    const made = rows.map((row) => {
      const name = row.split("|")[1].trim();
      const metric = BASELINES[name] ?? name.replaceAll("`", "");
      const cells = DAMAGE.map((kind) => {
        const found = damage.find((one) => one.metric === metric && one.kind === kind);
        if (!found) throw new Error(`no ${metric} of ${kind}`);
        return written(found.area_under_curve, 2);
      });
      return `| ${name} | ${cells.join(" | ")} |`;
    });
    return `${[head, rule, ...made].join("\n")}\n`;
  });
}

/** Human ranges in a section, with the decimals that they have; `reference` as models/…/reference.json has it. */
export function rangesOf(section, metrics, reference) {
  return section.replace(
    /([Hh]uman range(?: (of runs of four))? at 128 tokens: )(−?\d+(?:\.\d+)?) to −?\d+(?:\.\d+)?/g,
    (_, before, which, from) => {
      const metric = which ? WHICH[` ${which}`] : (metrics.find((name) => name !== "novelty") ?? "new_ngrams_3");
      const quantiles = reference.quantiles[metric]?.[reference.lengths.indexOf(128)];
      if (!quantiles) throw new Error(`no range of ${metric}`);
      // What a tenth of the passages lie below, and what a tenth lie above.
      const tenth = (quantiles.length - 1) / 10;
      const digits = from.split(".")[1]?.length ?? 0;
      return `${before}${[quantiles[tenth], quantiles.at(-1 - tenth)].map((end) => written(end, digits)).join(" to ")}`;
    },
  );
}
