// The line under the story: what the chosen colouring says of one token.
import { button, element } from "../parts/dom.js";
import { count, tokenName } from "../parts/format.js";
import { COLOURINGS } from "./colourings.js";

/**
 * @import { TextSpan } from "../protocol.js"
 * @import { ColouringName } from "./colourings.js"
 * @import { Token } from "./story-tokens.js"
 */

const HINT = matchMedia("(pointer: coarse)").matches
  ? "Tap a word to see its surprisal and what could have stood there."
  : "Point at a word to see its surprisal and what could have stood there.";

/**
 * @param {object} options
 * @param {() => void} options.onOpen  shows the books of the token's span
 * @param {() => void} options.onEnter  goes on to what else could have stood there
 */
export function createReadout({ onOpen, onEnter }) {
  const name = element("strong");
  const words = element("span", { class: "hint", hidden: true });
  const hint = element("span", { class: "hint" }, HINT);
  const open = button("Show the books", onOpen, { class: "small", hidden: true });
  const enter = button("Alternatives", onEnter, { class: "small readout-enter", hidden: true });

  /**
   * @param {Token} token
   * @param {ColouringName} colouring
   * @param {TextSpan[] | null} spans
   * @returns {[string, string]}
   */
  function tell(token, colouring, spans) {
    if (colouring === "origin") {
      const { span } = token;
      if (!span)
        return [
          tokenName(token.text),
          spans === null ? "not compared with the library" : "in no run of five words that a book contains",
        ];
      return [
        `${span.words} words in a row`,
        span.occurrences === 1 ? "once in the books" : `${count(span.occurrences)} times in the books`,
      ];
    }
    const said = COLOURINGS.find((one) => one.name === colouring)?.say(token);
    if (!said) return [tokenName(token.text), "not recorded for this story"];
    const asides = [...(token.count > 1 ? [`${token.count} tokens`] : []), ...(token.forced ? ["chosen by hand"] : [])];
    return [`${tokenName(token.text)}, ${said[0]}`, [said[1], ...asides].join(", ")];
  }

  /**
   * What to say when no token is meant.
   * @param {ColouringName} colouring
   * @param {TextSpan[] | null} spans
   * @param {boolean} waiting  for the end of the story
   */
  function hintOf(colouring, spans, waiting) {
    if (colouring === "surprise") return HINT;
    if (colouring !== "origin") return HINT.replace("its surprisal", "its number");
    if (spans === null)
      return waiting
        ? "Marked when the story is finished."
        : "Copied phrases are marked here when the library is open.";
    // The number “words in copied spans” counts common phrases too.
    if (spans.length === 0) return "No run of five or more words was copied, common phrases aside.";
    return `${count(spans.length)} marked ${spans.length === 1 ? "run" : "runs"} of five or more words from the books, common phrases aside. Choose one to see the books.`;
  }

  return {
    node: element(
      "div",
      { class: "story-readout" },
      element("p", { id: "story-readout" }, name, words, hint),
      open,
      enter,
    ),
    /**
     * @param {{ token: Token | null, colouring: ColouringName, spans: TextSpan[] | null, waiting: boolean }} facts
     */
    show({ token, colouring, spans, waiting }) {
      open.hidden = !(token?.span && colouring === "origin");
      enter.hidden = !token || !open.hidden;
      words.hidden = !token;
      hint.hidden = Boolean(token);
      if (token) [name.textContent, words.textContent] = tell(token, colouring, spans);
      else [name.textContent, hint.textContent] = ["", hintOf(colouring, spans, waiting)];
    },
  };
}
