// The small texts that fool the numbers: read from the page, scored, and their numbers put back where the page has them.
import { written } from "./rows.mjs";

const PROMPT = "Once upon a time, a small fox found a door in the snow.";

/** The texts of the page's table, as `fabula score` reads them; each begins with a space, as stories after a full stop do. */
export function smallTexts(page) {
  const table = /^\| name \| text \|\n\|[-|]+\n((?:\|.*\n)+)/m.exec(page)?.[1];
  if (!table) throw new Error("no table of small texts");
  return table.trimEnd().split("\n").map((row) => {
    const [, id, text] = /^\| ([a-z ]+) \| (.*) \|$/.exec(row);
    const often = /^(.*) \(eight times\)$/.exec(text);
    return { id, prompt: PROMPT, text: ` ${often ? Array(8).fill(often[1]).join(" ") : text}` };
  });
}

/** Numbers by text; with the judge's score, which weighs its three parts alike. */
export function scoresOf(lines, reference) {
  return Object.fromEntries(
    lines.map(({ id, metrics }) => {
      const relevance = reference.percentile("relevance_bits", metrics.tokens, metrics.relevance_bits);
      const parts = [Math.max(0, metrics.coherence ?? 0), metrics.novelty ?? 0, relevance];
      return [id, { ...metrics, score: parts.reduce((sum, part) => sum + part) / parts.length }];
    }),
  );
}

/**
 * The section with the numbers of its lines "Fooled" anew. A number is one of a text if it follows the text's name, or stands before
 * "for" it, and is what was known of it. Returns what could not be placed, too.
 */
export function renewed(section, metrics, known, scores) {
  const unclear = [];
  const text = section.replace(/^- \*\*Fooled\*\*.*$/gm, (line) => {
    let last = 0;
    const placed = line.replace(/−?\d[\d,]*(?:\.\d+)?/g, (number, at) => {
      const digits = number.split(".")[1]?.length ?? 0;
      const before = [...line.slice(0, at).matchAll(/\*([a-z]+(?: [a-z]+)*)\*/gi)].map(([, name]) => name.toLowerCase());
      const after = /^ for \*([a-z ]+)\*/i.exec(line.slice(at + number.length));
      const candidates = after ? [after[1]] : before.reverse();
      for (const name of candidates.filter((one) => known[one])) {
        const metric = metrics.find((one) => typeof known[name][one] === "number" && written(known[name][one], digits) === number);
        if (metric) {
          last = at;
          return written(scores[name][metric], digits);
        }
      }
      unclear.push(`${metrics[0]}: "${number}" in: ${line.slice(0, 120)}`);
      return number;
    });
    return last === 0 ? line : placed;
  });
  return [text, unclear];
}
