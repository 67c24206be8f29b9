// The words of the story: each token an element, with what every colouring needs to know of it.
import { element } from "../parts/dom.js";
import { COLOURINGS } from "./colourings.js";

/**
 * @import { StoryRecord, TextSpan, TokensMessage } from "../protocol.js"
 * @import { ColouringName } from "./colourings.js"
 */

/** Steps of a tint. The style sheet has a rule for each, so that equal tints share one computed style. */
const TINTS = 24;

/**
 * What the engine tells of one token. Old engines and old records know less.
 * @typedef {{ text: string, bits: number, entropy: number | null, rank: number | null, forced: boolean }} Facts
 *
 * A token on the page; several of them where only together they are a character. `position`: the place of the first among the
 * generated tokens; `count`: how many they are.
 * @typedef {Facts & { node: HTMLElement, position: number, count: number, span?: TextSpan | undefined }} Token
 */

/**
 * @param {TokensMessage} message
 * @returns {Facts[]}
 */
export function factsOfMessage({ token_texts, surprisal_bits, entropy_bits, ranks, forced }) {
  return token_texts.map((text, at) => ({
    text,
    bits: surprisal_bits[at] ?? 0,
    entropy: entropy_bits[at] ?? null,
    rank: ranks[at] ?? null,
    forced: forced[at] ?? false,
  }));
}

/**
 * @param {StoryRecord} record
 * @returns {Facts[]}
 */
export function factsOfRecord({ token_texts, surprisal_bits, entropy_bits = [], ranks = [], settings }) {
  const places = new Set(settings.forced?.map(([position]) => position));
  const forced = token_texts.map((_, position) => places.has(position));
  return factsOfMessage({
    type: "tokens",
    id: 0,
    first: 0,
    token_ids: [],
    token_texts,
    surprisal_bits,
    entropy_bits,
    ranks,
    forced,
  });
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
    const sum = (/** @type {(number | null)[]} */ values) =>
      values.reduce((total, value) => (total === null || value === null ? null : total + value), 0);
    const ranks = parts.map((part) => part.rank);
    return {
      bits: sum(parts.map((part) => part.bits)) ?? 0,
      entropy: sum(parts.map((part) => part.entropy)),
      rank: ranks.reduce((worst, rank) => (worst === null || rank === null ? null : Math.max(worst, rank)), 1),
      forced: parts.some((part) => part.forced),
    };
  }

  /** The colouring. @type {ColouringName} */
  let colouring = "surprise";

  /** @param {Token} token */
  function tint(token) {
    const share = COLOURINGS.find(({ name }) => name === colouring)?.share(token) ?? 0;
    const step = Math.round(Math.abs(share) * TINTS);
    if (step > 0) token.node.setAttribute("data-tint", String(step));
    else token.node.removeAttribute("data-tint");
    token.node.toggleAttribute("data-less", share < 0 && step > 0);
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
        const node = element(
          "span",
          { class: "token", tabindex: tokens.length === 0 ? 0 : -1, "data-forced": all.forced },
          word || space,
        );
        const token = {
          ...all,
          node,
          text: fact.text,
          position: places.length - pending.length,
          count: pending.length,
        };
        tint(token);
        tokens.push(token);
        text += fact.text;
        if (word && space) piece.append(space);
        piece.append(node);
        pending = [];
      }
      page.append(piece);
    },

    /**
     * Tints the words, those to come too.
     * @param {ColouringName} name
     */
    colour(name) {
      colouring = name;
      tokens.forEach(tint);
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
        tint(token);
        token.node.toggleAttribute("data-copied", Boolean(token.span));
        start = end;
      }
    },
  };
}
