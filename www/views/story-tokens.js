// The words of the story: each token an element, with what every colouring needs to know of it.
import { element } from "../parts/dom.js";
import { entropyShare, excessShare, rankShare, surprisalShare } from "../parts/scale.js";
import { FULL_SPAN_WORDS } from "./lenses.js";

/**
 * @import { StoryRecord, TextSpan, TokenMessage } from "../protocol.js"
 */

/**
 * What the engine tells of one token. Old engines and old records know less.
 * @typedef {{ text: string, bits: number, entropy: number | null, rank: number | null, forced: boolean }} Facts
 *
 * A token on the page; several of them where only together they are a character. `position`: the place of the first among the
 * generated tokens; `count`: how many they are.
 * @typedef {Facts & { node: HTMLElement, position: number, count: number, span?: TextSpan | undefined }} Token
 */

/**
 * @param {TokenMessage} message
 * @returns {Facts}
 */
export function factsOfMessage({ text, surprisal_bits, entropy_bits, rank, forced }) {
  return { text, bits: surprisal_bits, entropy: entropy_bits ?? null, rank: rank ?? null, forced: forced ?? false };
}

/**
 * @param {StoryRecord} record
 * @returns {Facts[]}
 */
export function factsOfRecord({ token_texts, surprisal_bits, entropy_bits, ranks, settings }) {
  const forced = new Set(settings.forced?.map(([position]) => position));
  return token_texts.map((text, position) => ({
    text,
    bits: surprisal_bits[position] ?? 0,
    entropy: entropy_bits?.[position] ?? null,
    rank: ranks?.[position] ?? null,
    forced: forced.has(position),
  }));
}

/**
 * The words after the prompt.
 * @param {{ page: HTMLElement }} options  the element that they stand in
 */
export function createTokens({ page }) {
  /** @type {Token[]} */
  let tokens = [];
  /** The place in `tokens` of each generated token. @type {number[]} */
  let places = [];
  let text = "";
  /** Tokens since the last complete character. @type {Facts[]} */
  let pending = [];

  /**
   * What several tokens are together: their surprisals and entropies add up; the least expected gives the rank.
   * @param {Facts[]} parts
   */
  function together(parts) {
    const sum = (/** @type {(number | null)[]} */ values) => values.reduce((total, value) => (total === null || value === null ? null : total + value), 0);
    const ranks = parts.map((part) => part.rank);
    return {
      bits: sum(parts.map((part) => part.bits)) ?? 0,
      entropy: sum(parts.map((part) => part.entropy)),
      rank: ranks.reduce((worst, rank) => (worst === null || rank === null ? null : Math.max(worst, rank)), 1),
      forced: parts.some((part) => part.forced),
    };
  }

  /**
   * @param {string} word
   * @param {Omit<Facts, "text">} facts
   */
  function nodeOf(word, { bits, entropy, rank, forced }) {
    const node = element("span", { class: "token", tabindex: tokens.length === 0 ? 0 : -1, "data-forced": forced }, word);
    // All at once and only here: a change of the colouring then costs no more than one attribute of the panel.
    let tints = `--surprise:${surprisalShare(bits).toFixed(3)}`;
    if (entropy !== null) {
      const excess = excessShare(bits - entropy);
      tints += `;--entropy:${entropyShare(entropy).toFixed(3)};--more:${Math.max(0, excess).toFixed(3)};--less:${Math.max(0, -excess).toFixed(3)}`;
    }
    if (rank !== null) tints += `;--rank:${rankShare(rank).toFixed(3)}`;
    node.style.cssText = tints;
    return node;
  }

  return {
    /** @type {() => readonly Token[]} */
    all: () => tokens,
    /** The text of the story, without the prompt. */
    text: () => text,
    /** How many tokens were generated, those without a place on the page too. */
    generated: () => places.length,
    /**
     * The place in {@link all} of a generated token; −1 where none is.
     * @param {number | null} position
     */
    placeOf: (position) => Math.min(position === null ? -1 : (places[position] ?? -1), tokens.length - 1),

    /**
     * Adds tokens, in one piece. Those without text wait for the one that completes their character.
     * @param {Facts[]} facts
     */
    append(facts) {
      const piece = document.createDocumentFragment();
      for (const fact of facts) {
        places.push(tokens.length);
        pending.push(fact);
        if (fact.text === "") continue;
        // The space before a word stays untinted, so that the tint marks the word and lines end clean.
        const [, space = "", word = ""] = /^(\s*)(.*)$/s.exec(fact.text) ?? [];
        const all = pending.length === 1 ? fact : together(pending);
        const node = nodeOf(word || space, all);
        tokens.push({ ...all, node, text: fact.text, position: places.length - pending.length, count: pending.length });
        text += fact.text;
        if (word && space) piece.append(space);
        piece.append(node);
        pending = [];
      }
      page.append(piece);
    },

    /** Removes all of them. */
    clear() {
      tokens = [];
      places = [];
      pending = [];
      text = "";
    },

    /**
     * Gives each token the longest span that it lies in.
     * @param {TextSpan[]} spans
     */
    mark(spans) {
      let start = 0;
      for (const token of tokens) {
        const end = start + token.text.length;
        const from = start + (token.text.length - token.text.trimStart().length);
        const around = spans.filter((span) => span.start < end && span.end > from);
        token.span = around.sort((one, other) => other.words - one.words)[0];
        if (token.span) token.node.style.setProperty("--span", String(Math.min(1, (token.span.words - 4) / (FULL_SPAN_WORDS - 4))));
        else token.node.style.removeProperty("--span");
        token.node.toggleAttribute("data-copied", Boolean(token.span));
        start = end;
      }
    },
  };
}
