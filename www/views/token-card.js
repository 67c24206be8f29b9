// The token under the lens: its numbers, a way back, and a word of the reader's own to put in its place.
import { button, element } from "../parts/dom.js";
import { NOTHING, chance, count, decimal, tokenName } from "../parts/format.js";

/**
 * @import { EncodedMessage, LookedMessage } from "../protocol.js"
 * @import { Facts } from "./story-tokens.js"
 */

/** What is told of a token of the story, and of the place after the last one. */
const OF_TOKEN = ["Probability", "Rank", "Surprisal", "Entropy"];
const OF_END = ["Entropy", "Words left"];

/**
 * Whether a word that takes the place of a token needs a space before it: not at the beginning of a line, and not where the
 * token goes on with a word that has begun.
 * @param {string} replaced  empty at the end
 * @param {string} before  what comes before the token
 */
function needsSpace(replaced, before) {
  return /\S$/.test(before) && !/^[\p{L}\p{N}’']/u.test(replaced);
}

/**
 * The reader's word as it would stand in the text.
 * @param {string} word
 * @param {boolean} spaced
 */
function asInText(word, spaced) {
  return spaced && /^[^\s.,;:!?…)\]’”]/.test(word) ? ` ${word}` : word;
}

/**
 * @param {object} options
 * @param {(text: string) => Promise<EncodedMessage | null>} options.encode
 * @param {(tokens: number[]) => boolean} options.onBranch  false when it cannot be written
 * @param {() => void} options.onClose
 * @param {() => void} options.onEnd
 */
export function createTokenCard({ encode, onBranch, onClose, onEnd }) {
  const name = element("strong", { class: "card-name" });
  const hint = element("p", { class: "hint" });
  const close = button("Back to the first word", onClose, { class: "small", hidden: true });
  const end = button("After the last word", onEnd, { class: "small" });
  const values = new Map([...new Set([...OF_TOKEN, ...OF_END])].map((label) => [label, element("dd")]));
  const numbers = element(
    "dl",
    { class: "card-numbers" },
    ...[...values].map(([label, value]) => element("div", {}, element("dt", {}, label), value)),
  );
  const field = element("input", {
    type: "text",
    id: "own-word",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    maxlength: 200,
    "aria-describedby": "own-word-hint",
  });
  /** What stands below the field when nothing is wrong. */
  let usualHint = "";
  const ownHint = element("p", { class: "hint", id: "own-word-hint" });
  const go = button("Branch", () => void branch());
  const own = element(
    "div",
    { class: "own-word" },
    element("label", { for: "own-word" }, "Your own word"),
    element("div", { class: "own-word-line" }, field, go),
    ownHint,
  );
  /** Where a word would stand. */
  let place = { spaced: false };
  let possible = false;

  async function branch() {
    const word = field.value.trimEnd();
    if (word.trim() === "") {
      ownHint.textContent = "Type a word first.";
      field.focus();
      return;
    }
    if (!possible) return;
    const asked = place;
    const encoded = await encode(asInText(word, place.spaced));
    // The lens may have gone on meanwhile.
    if (asked !== place) return;
    if (!encoded || encoded.token_ids.length === 0) {
      ownHint.textContent = "The engine cannot read this word now. Try again when the model has loaded.";
      return;
    }
    if (onBranch(encoded.token_ids)) field.value = "";
  }
  field.addEventListener("input", () => ownHint.replaceChildren(usualHint));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    void branch();
  });

  return {
    name,
    ways: element("span", { class: "card-ways" }, close, end),
    head: element("div", { class: "card-head" }, hint, numbers),
    own,
    close,
    /**
     * What is known of the place without asking the engine.
     * @param {object} about
     * @param {Facts | null} about.facts  the token that stands there; null at the end
     * @param {string} about.before  the text before it
     * @param {boolean} about.able  whether branches can be written
     * @param {boolean} about.isFirst  whether it is the place that is shown when the reader has chosen none
     */
    show({ facts, before, able, isFirst }) {
      place = { spaced: needsSpace(facts?.text ?? "", before) };
      possible = able;
      go.toggleAttribute("disabled", !able);
      close.hidden = isFirst;
      end.hidden = facts === null;
      for (const [label, value] of values) {
        value.parentElement?.toggleAttribute("hidden", !(facts ? OF_TOKEN : OF_END).includes(label));
        value.textContent = NOTHING;
      }
      // Only together with the tokens after it, a token without text is a character.
      name.textContent = facts
        ? facts.text === ""
          ? "part of a character"
          : tokenName(facts.text)
        : "After the last word";
      hint.textContent = facts
        ? `${facts.forced ? "This word was chosen by hand. " : ""}${isFirst ? "The first word of the story, and what else could stand there." : "What else could stand here."} Choose a word to branch.`
        : "What could come next. Choose a word, and the story goes on with it.";
      const tail = before
        .slice(-24)
        .replace(/^\S*\s/, "")
        .replace(/\s+/g, " ")
        .trim();
      usualHint = place.spaced ? `It follows “…${tail}”. A space is added.` : `It follows “…${tail}” without a space.`;
      ownHint.replaceChildren(usualHint);
      if (facts) {
        put("Probability", chance(2 ** -facts.bits));
        put("Rank", count(facts.rank));
        put("Surprisal", `${decimal(facts.bits, 1)} bits`);
        if (facts.entropy !== null) put("Entropy", `${decimal(facts.entropy, 1)} bits`);
      }
    },
    /**
     * What the engine says of the place.
     * @param {LookedMessage} looked
     * @param {(stage: string) => string} labelOf
     */
    tell({ chosen, vocabulary, kept, entropy_bits, chained_entropy_bits }, labelOf) {
      put("Entropy", `${decimal(entropy_bits, 1)} bits; with your settings ${decimal(chained_entropy_bits, 1)}`);
      put("Words left", `${count(kept)} of ${count(vocabulary)}`);
      if (!chosen) return;
      const now =
        chosen.removed_by === null
          ? `with your settings ${chance(chosen.chained)}`
          : `cut by ${labelOf(chosen.removed_by)}`;
      put("Probability", `${chance(chosen.probability)}; ${now}`);
      put("Rank", `${count(chosen.rank)} of ${count(vocabulary)}`);
    },
  };

  /**
   * @param {string} label
   * @param {string} text
   */
  function put(label, text) {
    const value = values.get(label);
    if (value && value.textContent !== text) value.textContent = text;
  }
}
