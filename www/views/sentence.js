// The three numbers in one sentence.
import { isShort, placeOf } from "./dial.js";

/**
 * @import { Numbers } from "../protocol.js"
 */

/** The share of new phrases in words, each up to this share. @type {[number, string][]} */
const NEW = [
  [0.03, "Hardly any of its phrases are"],
  [0.075, "About one in twenty of its phrases is"],
  [0.14, "About a tenth of its phrases are"],
  [0.225, "About a fifth of its phrases are"],
  [0.29, "About a quarter of its phrases are"],
  [0.4, "About a third of its phrases are"],
  [0.58, "About half of its phrases are"],
  [0.7, "About two thirds of its phrases are"],
  [0.85, "About three quarters of its phrases are"],
  [0.95, "Nine in ten of its phrases are"],
  [Infinity, "Nearly all of its phrases are"],
];
const COHERENT = ["it breaks down", "it hangs together as people write", "it keeps to safe, stock phrases"];
const SURPRISING = [
  "Its words are safer choices than people’s.",
  "Its words surprise as much as people’s do.",
  "Its words are longer shots than people’s.",
];

/**
 * @param {Numbers | null} numbers
 * @param {Record<string, [number, number]>} bands
 */
export function sentenceOf(numbers, bands) {
  if (!numbers) return "Turn a dial, or press Generate: the numbers answer here.";
  if (isShort(numbers)) return "This story is very short, so its numbers say little.";
  const { novelty } = numbers.numbers;
  const [newness, coherence, surprise] = ["novelty", "coherence", "surprise"].map((name) =>
    placeOf(name, numbers, bands),
  );
  const holds = typeof coherence === "number" ? (COHERENT[coherence] ?? "") : "";
  const last = typeof surprise === "number" ? ` ${SURPRISING[surprise] ?? ""}` : "";
  if (typeof novelty !== "number") return holds ? `Right now ${holds}.${last}`.replace("Right now it", "It") : "";
  const share = `${NEW.find(([up]) => novelty < up)?.[1]} new`;
  if (!holds) return `${share}.${last}`;
  // New and broken, or new and whole: only what pulls apart is joined by "but".
  const apart = (coherence === 0) === (newness ?? 1) >= 1 && coherence !== 2;
  return `${share}, ${apart && coherence === 0 ? "but" : "and"} ${holds}.${last}`;
}
