// What the story can be coloured by: the choice, a legend for each, and what is said of one token.
import { element } from "../parts/dom.js";
import { count, decimal, odds } from "../parts/format.js";
import { FULL, entropyShare, excessShare, rankShare, surprisalShare } from "../parts/scale.js";

/**
 * @import { Token } from "./story-tokens.js"
 */

/** @typedef {"surprise" | "entropy" | "excess" | "rank" | "origin"} ColouringName */

/** Words of a copied span at which its tint is full; spans of fewer than five are not shown. */
const FULL_SPAN_WORDS = 12;

const OLDER = "This story was written before the page recorded this.";

/** Those that the glossary explains, by their place in it. @type {Partial<Record<ColouringName, string>>} */
const GLOSSARY = { surprise: "surprisal", entropy: "entropy", excess: "excess-surprise", rank: "rank" };

/**
 * A way of colouring the story: the name of its choice, its legend from one end of the ramp to the other, and what the readout
 * says of a token: a value, and what it means. `share`: how full the tint of a token is, below 0 in the other colour. Both are null
 * where the token has no such number.
 * @typedef {object} Colouring
 * @property {ColouringName} name
 * @property {string} label
 * @property {string} about  goes on after the label
 * @property {string} least
 * @property {string} most
 * @property {(token: Token) => [string, string] | null} say
 * @property {(token: Token) => number | null} share
 */

/** @type {Colouring[]} */
export const COLOURINGS = [
  {
    name: "surprise",
    label: "Surprisal",
    about: "how unlikely the word was",
    least: "0",
    most: `${FULL.surprisal} bits or more`,
    share: ({ bits }) => surprisalShare(bits),
    say: ({ bits }) => [
      `${decimal(bits, 1)} bits`,
      `about ${odds(bits)}`.replace("about all", "all").replace("about less", "less"),
    ],
  },
  {
    name: "entropy",
    label: "Entropy",
    about: "how open the choice was",
    least: "0",
    most: `${FULL.entropy} bits or more`,
    share: ({ entropy }) => (entropy === null ? null : entropyShare(entropy)),
    say: ({ entropy }) =>
      entropy === null
        ? null
        : [
            `${decimal(entropy, 1)} bits`,
            entropy < 0.1
              ? "hardly a choice"
              : `as open as ${decimal(2 ** entropy, entropy < 3 ? 1 : 0)} equal choices`,
          ],
  },
  {
    name: "excess",
    label: "Excess surprise",
    about: "surprisal minus entropy",
    least: `−${FULL.excess} bits`,
    most: `+${FULL.excess} bits`,
    share: ({ bits, entropy }) => (entropy === null ? null : excessShare(bits - entropy)),
    say({ bits, entropy }) {
      if (entropy === null) return null;
      const excess = bits - entropy;
      return [
        `${excess > 0 ? "+" : ""}${decimal(excess, 1)} bits`,
        `${decimal(bits, 1)} where ${decimal(entropy, 1)} were expected`,
      ];
    },
  },
  {
    name: "rank",
    label: "Rank",
    about: "its place among all words, the likeliest first",
    least: "1, the likeliest",
    most: `${count(FULL.rank)} or beyond`,
    share: ({ rank }) => (rank === null ? null : rankShare(rank)),
    say: ({ rank }) =>
      rank === null
        ? null
        : [
            `rank ${count(rank)}`,
            rank === 1
              ? "the likeliest of all"
              : rank === 2
                ? "one token was likelier"
                : `${count(rank - 1)} tokens were likelier`,
          ],
  },
  {
    name: "origin",
    label: "Where it comes from",
    about: "words in a row that a book contains",
    least: "5",
    most: `${FULL_SPAN_WORDS} or more`,
    share: ({ span }) => (span ? 0.15 + 0.6 * Math.min(1, (span.words - 4) / (FULL_SPAN_WORDS - 4)) : null),
    say: () => null,
  },
];

/**
 * The choice of a colouring, and the legend of the one chosen.
 * @param {{ onChange: (name: ColouringName) => void }} options
 */
export function createColourings({ onChange }) {
  const choice = element(
    "fieldset",
    { class: "segments colouring" },
    element("legend", { class: "visually-hidden" }, "Colour the story by"),
    ...COLOURINGS.map(({ name, label }, index) =>
      element(
        "label",
        {},
        element("input", { type: "radio", name: "colouring", value: name, checked: index === 0 }),
        label,
      ),
    ),
  );
  const legends = COLOURINGS.map(({ name, label, about, least, most }, index) =>
    element(
      "p",
      { class: "legend", "data-colouring": name, hidden: index > 0 },
      ...(GLOSSARY[name]
        ? [element("a", { class: "term", href: `pages/glossary.html#${GLOSSARY[name]}` }, label), about]
        : [label, about]),
      element("span", {}, least),
      element("span", { class: `ramp ${name}`, "aria-hidden": "true" }),
      element("span", {}, most),
    ),
  );
  const missing = element("p", { class: "legend", hidden: true }, OLDER);
  let name = /** @type {ColouringName} */ ("surprise");
  /** Colourings that the story has no numbers for. @type {ReadonlySet<ColouringName>} */
  let lacking = new Set();

  function show() {
    legends.forEach((legend) => {
      legend.hidden = legend.dataset["colouring"] !== name || lacking.has(name);
    });
    missing.hidden = !lacking.has(name);
  }

  choice.addEventListener("change", () => {
    name = /** @type {ColouringName} */ (choice.querySelector("input:checked")?.getAttribute("value"));
    show();
    onChange(name);
  });

  return {
    choice,
    legend: element("div", { class: "legends" }, ...legends, missing),
    /** The colouring chosen. */
    name: () => name,
    /**
     * Says which colourings the story has no numbers for.
     * @param {ReadonlySet<ColouringName>} names
     */
    lack(names) {
      lacking = names;
      show();
    },
  };
}
