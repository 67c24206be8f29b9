// The artificial set: rated texts that turn into gibberish step by step. Seeded, so that it is always the same.
import { random } from "./random.mjs";

const SHARES = [0, 0.05, 0.15, 0.3, 0.6, 1];
/** With words, and with tokens. The whole text is in the set once. */
const ROUNDS = 2;

/**
 * Every text with a share of its words replaced, once by words of the set and once by one to three tokens in a row; its quality is
 * minus that share.
 * @param {{ id: string, text: string }[]} texts
 * @param {string[]} tokens  of the vocabulary, as byte-level BPE writes them
 */
export function gibberish(texts, tokens) {
  const words = texts.flatMap(({ text }) => text.split(/\s+/).filter(Boolean));
  const pieces = tokens.filter((token) => /^Ġ?[\x21-\x7e]+$/.test(token)).map((token) => token.replace("Ġ", ""));
  const made = [];
  for (const [index, { id, text }] of texts.entries()) {
    for (let round = 0; round < ROUNDS; round++) {
      for (const share of SHARES) {
        if (share === 0 && round > 0) continue;
        const draw = random(index * 100 + round * 10 + SHARES.indexOf(share));
        const any = (list) => list[Math.floor(draw() * list.length)];
        const other =
          round === 0
            ? () => any(words)
            : () => Array.from({ length: 1 + Math.floor(draw() * 3) }, () => any(pieces)).join("");
        const changed = text.replace(/\S+/g, (word) => (draw() < share ? other() : word));
        made.push({
          id: `${id} ${round ? "tokens" : "words"} ${share}`,
          text: changed,
          human: { quality: share === 0 ? 0 : -share },
        });
      }
    }
  }
  return made;
}
