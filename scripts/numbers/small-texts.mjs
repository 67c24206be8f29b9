// The small texts that fool the numbers: read from the page, scored, and their numbers put back where the page has them.
import { written } from "./rows.mjs";

const PROMPT = "Once upon a time, a small fox found a door in the snow.";

/** The texts of the page's table, as `fabula score` reads them; each begins with a space, as stories after a full stop do. */
export function smallTexts(page) {
  const table = /^\| name \| text \|\n\|[-|]+\n((?:\|.*\n)+)/m.exec(page)?.[1];
  if (!table) throw new Error("no table of small texts");
  return table
    .trimEnd()
    .split("\n")
    .map((row) => {
      const [, id, text] = /^\| ([a-z ]+) \| (.*) \|$/.exec(row);
      const often = /^(.*) \(eight times\)$/.exec(text);
      return { id, prompt: PROMPT, text: ` ${often ? Array(8).fill(often[1]).join(" ") : text}` };
    });
}

/** Numbers by text; with the judge's score, which weighs its three parts alike. */
export function scoresOf(lines) {
  return Object.fromEntries(
    lines.map(({ id, metrics, percentiles }) => {
      // What a text is too short for counts nothing.
      const coherence = metrics.coherence === null ? 0 : 2 ** -Math.abs(metrics.coherence);
      const parts = [coherence, percentiles.novelty ?? 0, percentiles.relevance_bits ?? 0];
      return [id, { ...metrics, score: parts.reduce((sum, part) => sum + part) / parts.length }];
    }),
  );
}

/**
 * The section with the numbers of its lines "Fooled by" anew. A number belongs to the text that is named last before it, or after "for", if
 * it is what was known of that text, and to none a second time. Returns the lines with numbers that belong to none, too.
 */
export function renewed(section, metrics, known, scores) {
  const unclear = [];
  const text = section.replace(/^- \*\*Fooled by\*\*.*$/gm, (line) => {
    const placed = new Set();
    return line.replace(/−?\d[\d,]*(?:\.\d+)?/g, (number, at) => {
      const digits = number.split(".")[1]?.length ?? 0;
      const before = [...line.slice(0, at).matchAll(/\*([a-z]+(?: [a-z]+)*)\*/gi)]
        .map(([, name]) => name.toLowerCase())
        .filter((name) => known[name]);
      const name = /^ for \*([a-z ]+)\*/i.exec(line.slice(at + number.length))?.[1] ?? before.at(-1);
      const metric = metrics.find(
        (one) => typeof known[name]?.[one] === "number" && written(known[name][one], digits) === number,
      );
      if (metric && !placed.has(name) && typeof scores[name]?.[metric] === "number") {
        placed.add(name);
        return written(scores[name][metric], digits);
      }
      unclear.push(`${metrics[0]}: ${number} in "${line.slice(0, 120)}…"`);
      return number;
    });
  });
  return [text, unclear];
}
