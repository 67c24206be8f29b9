// The story panel: the prompt and the generated tokens, each tinted by how surprising it was.
import { button, element } from "../parts/dom.js";
import { count, decimal, duration, odds, tokenName } from "../parts/format.js";

/**
 * @import { Entry } from "../session/state.js"
 * @import { Settings, TextSpan } from "../protocol.js"
 */

/** The surprisal in bits at which the tint is full. */
const FULL_TINT_BITS = 12;

const READOUT_HINT = matchMedia("(pointer: coarse)").matches
  ? "Tap a word to see how surprising it was."
  : "Point at a word, or use arrow keys, for its surprisal.";

/** Why a story ended, for the facts above it. */
const ENDINGS = {
  length: "",
  story: "the story ended",
  context: "the model’s memory is full",
  stopped: "stopped",
};

/** Words of a copied span at which its tint is full; spans of fewer than five are not shown. */
const FULL_SPAN_WORDS = 12;

/**
 * Fills the story panel; `root` is the region itself.
 * @param {{ root: HTMLElement, onOpenSpan: (span: string) => void }} options
 */
export function createStory({ root, onOpenSpan }) {
  const exampleLabel = element("span", { class: "label", hidden: true }, "Example");
  const facts = element("p", { class: "story-facts" });
  const page = element("div", { class: "story-page" });
  const text = element(
    "div",
    { class: "story-text", role: "group", "aria-label": "Story text, word by word", "aria-describedby": "story-keys", tabindex: 0 },
    page,
  );
  const readoutToken = element("strong");
  const readoutOdds = element("span", { class: "hint", hidden: true });
  const readoutHint = element("span", { class: "hint" }, READOUT_HINT);
  const readoutOpen = button("Show the books", () => openSpanAt(reachable), { class: "small", hidden: true });
  const readout = element("div", { class: "story-readout" }, element("p", { id: "story-readout" }, readoutToken, readoutOdds, readoutHint), readoutOpen);
  const legend = element(
    "p",
    { class: "legend", "data-lens": "surprise" },
    "Surprisal",
    element("span", {}, "0"),
    element("span", { class: "ramp surprisal", "aria-hidden": "true" }),
    element("span", {}, `${FULL_TINT_BITS} bits or more`),
  );
  const originLegend = element(
    "p",
    { class: "legend", "data-lens": "origin", hidden: true },
    "Words in a row that some book holds",
    element("span", {}, "5"),
    element("span", { class: "ramp origin", "aria-hidden": "true" }),
    element("span", {}, `${FULL_SPAN_WORDS} or more`),
  );
  const lensOf = (/** @type {string} */ value, /** @type {string} */ label, /** @type {boolean} */ checked) =>
    element("label", {}, element("input", { type: "radio", name: "lens", value, checked }), label);
  const lens = element(
    "fieldset",
    { class: "lens" },
    element("legend", { class: "visually-hidden" }, "Colour the story by"),
    lensOf("surprise", "Surprisal", true),
    lensOf("origin", "Where it comes from", false),
  );
  const keys = element("p", { class: "visually-hidden", id: "story-keys" }, "Arrow keys move from word to word; Home and End go to the first and the last.");
  root.append(
    element("div", { class: "story-head" }, element("h2", { id: "story-heading", tabindex: -1 }, "Story"), exampleLabel, lens),
    facts,
    text,
    readout,
    element("div", {}, legend, originLegend, keys),
  );

  /** @type {{ node: HTMLElement, text: string, bits: number, tokens: number, span?: TextSpan | undefined }[]} */
  let tokens = [];
  let storyText = "";
  /** The tokens since the last complete character. */
  let pending = { bits: 0, tokens: 0 };
  /** The one token that the Tab key reaches. */
  let reachable = 0;
  let following = false;
  let scrollRequested = false;

  /** What the library holds of this story; null before it was asked. @type {TextSpan[] | null} */
  let spans = null;
  let byOrigin = false;

  /** @param {number | null} index */
  function read(index) {
    const token = index === null ? undefined : tokens[index];
    const span = byOrigin ? token?.span : undefined;
    readoutOpen.hidden = !span;
    readoutOdds.hidden = !token;
    readoutHint.hidden = Boolean(token);
    if (!token) {
      readoutToken.textContent = "";
      readoutHint.textContent = hint();
    } else if (byOrigin) {
      readoutToken.textContent = span ? `${span.words} words in a row` : tokenName(token.text);
      readoutOdds.textContent = span ? (span.occurrences === 1 ? "once in the books" : `${count(span.occurrences)} times in the books`) : spans === null ? "not held against the library" : "in no span of five words that a book holds";
    } else {
      readoutToken.textContent = `${tokenName(token.text)}, ${decimal(token.bits, 1)} bits`;
      readoutOdds.textContent = `about ${odds(token.bits)}${token.tokens > 1 ? `, ${token.tokens} tokens` : ""}`.replace("about all", "all").replace("about less", "less");
    }
  }

  function hint() {
    if (!byOrigin) return READOUT_HINT;
    if (spans === null) return tokens.length === 0 || root.hasAttribute("data-writing") ? "Marked when the story is finished." : "Which phrases were copied is marked here once the library, under Novelty, is open.";
    if (spans.length === 0) return "No five words in a row stand in any book (very common words aside).";
    return `${count(spans.length)} ${spans.length === 1 ? "span stands" : "spans stand"} word for word in the books. Choose one to see where.`;
  }

  /** @param {number} index */
  function openSpanAt(index) {
    const span = byOrigin ? tokens[index]?.span : undefined;
    if (span) onOpenSpan(storyText.slice(span.start, span.end));
  }

  /** Gives each token the longest span that it lies in. */
  function markSpans() {
    let start = 0;
    for (const token of tokens) {
      const end = start + token.text.length;
      const from = start + (token.text.length - token.text.trimStart().length);
      const around = (spans ?? []).filter((span) => span.start < end && span.end > from);
      token.span = around.sort((one, other) => other.words - one.words)[0];
      if (token.span) token.node.style.setProperty("--span", String(Math.min(1, (token.span.words - 4) / (FULL_SPAN_WORDS - 4))));
      else token.node.style.removeProperty("--span");
      token.node.toggleAttribute("data-copied", Boolean(token.span));
      start = end;
    }
    read(null);
  }

  lens.addEventListener("change", () => {
    byOrigin = lens.querySelector("input:checked")?.getAttribute("value") === "origin";
    root.toggleAttribute("data-origin", byOrigin);
    legend.hidden = byOrigin;
    originLegend.hidden = !byOrigin;
    read(null);
  });

  /** @param {EventTarget | null} target */
  function indexOf(target) {
    const node = target instanceof Element ? target.closest(".token") : null;
    return node ? tokens.findIndex((token) => token.node === node) : -1;
  }

  /** @param {number} index */
  function focusToken(index) {
    const next = tokens[index];
    if (!next) return;
    tokens[reachable]?.node.setAttribute("tabindex", "-1");
    reachable = index;
    next.node.setAttribute("tabindex", "0");
    next.node.focus({ preventScroll: true });
    next.node.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /**
   * The token on the next line above or below that is nearest to this one.
   * @param {number} index
   * @param {1 | -1} direction
   */
  function neighbourLine(index, direction) {
    const here = tokens[index]?.node.getClientRects()[0];
    if (!here) return index;
    let line = /** @type {number | null} */ (null);
    let best = index;
    let bestDistance = Infinity;
    for (let at = index + direction; tokens[at]; at += direction) {
      const box = tokens[at]?.node.getClientRects()[0];
      if (!box || Math.abs(box.top - here.top) < here.height / 2) continue;
      if (line === null) line = box.top;
      else if (Math.abs(box.top - line) > here.height / 2) break;
      const distance = Math.abs(box.left - here.left);
      if (distance < bestDistance) [best, bestDistance] = [at, distance];
    }
    return best;
  }

  text.addEventListener("pointerover", (event) => {
    const index = indexOf(event.target);
    if (index >= 0) read(index);
  });
  text.addEventListener("pointerleave", () => {
    const focused = indexOf(document.activeElement);
    read(focused >= 0 ? focused : null);
  });
  text.addEventListener("click", (event) => {
    const index = indexOf(event.target);
    // Do not disturb a reader who has just selected some words.
    if (index < 0 || getSelection()?.isCollapsed === false) return;
    focusToken(index);
    openSpanAt(index);
  });
  text.addEventListener("focusin", (event) => {
    const index = indexOf(event.target);
    for (const token of tokens) token.node.removeAttribute("aria-describedby");
    if (index < 0) return;
    tokens[index]?.node.setAttribute("aria-describedby", "story-readout");
    read(index);
  });
  text.addEventListener("focusout", (event) => {
    // The button of the readout belongs to the word it speaks of.
    if (event.relatedTarget !== readoutOpen) read(null);
  });
  text.addEventListener("keydown", (event) => {
    const index = indexOf(event.target);
    if (index < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    /** @type {Record<string, () => number>} */
    const moves = {
      ArrowRight: () => Math.min(tokens.length - 1, index + 1),
      ArrowLeft: () => Math.max(0, index - 1),
      ArrowDown: () => neighbourLine(index, 1),
      ArrowUp: () => neighbourLine(index, -1),
      Home: () => 0,
      End: () => tokens.length - 1,
    };
    if (event.key === "Enter") openSpanAt(index);
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    focusToken(move());
  });
  text.addEventListener("scroll", () => {
    // Whoever scrolls back while the story is being written is left in peace.
    following = text.scrollTop + text.clientHeight >= text.scrollHeight - 48;
  });

  /**
   * @param {string} tokenText
   * @param {number} bits
   */
  function tokenNode(tokenText, bits) {
    const node = element("span", { class: "token", tabindex: tokens.length === 0 ? 0 : -1 }, tokenText);
    node.style.setProperty("--surprisal", Math.min(FULL_TINT_BITS, Math.max(0, bits)).toFixed(2));
    return node;
  }

  /**
   * Adds one token. Tokens without text wait for the one that completes their character.
   * @param {string} tokenText
   * @param {number} bits
   */
  function append(tokenText, bits) {
    pending = { bits: pending.bits + bits, tokens: pending.tokens + 1 };
    if (tokenText === "") return;
    // The space before a word stays untinted, so that the tint marks the word and lines end clean.
    const [, space = "", word = ""] = /^(\s*)(.*)$/s.exec(tokenText) ?? [];
    const token = { node: tokenNode(word || space, pending.bits), text: tokenText, ...pending };
    pending = { bits: 0, tokens: 0 };
    if (tokens.length === 0) text.removeAttribute("tabindex");
    tokens.push(token);
    storyText += tokenText;
    page.append(word ? space : "", token.node);
    if (!following || scrollRequested) return;
    scrollRequested = true;
    requestAnimationFrame(() => {
      scrollRequested = false;
      if (following) text.scrollTop = text.scrollHeight;
    });
  }

  /**
   * Empties the panel and shows the prompt.
   * @param {string} prompt
   */
  function clear(prompt) {
    const hadFocus = text.contains(document.activeElement);
    tokens = [];
    storyText = "";
    spans = null;
    pending = { bits: 0, tokens: 0 };
    reachable = 0;
    page.replaceChildren(element("span", { class: "story-prompt" }, prompt));
    text.setAttribute("tabindex", "0");
    text.scrollTop = 0;
    if (hadFocus) text.focus({ preventScroll: true });
    read(null);
  }

  return {
    append,

    /**
     * Starts a new story.
     * @param {Settings} settings
     */
    begin(settings) {
      clear(settings.prompt);
      root.toggleAttribute("data-writing", true);
      exampleLabel.hidden = true;
      following = true;
      facts.replaceChildren(`Seed ${settings.seed} · writing…`);
    },

    /** Ends a story that cannot be finished; what is there stays. */
    interrupt() {
      root.toggleAttribute("data-writing", false);
      facts.replaceChildren("Broken off before the end.");
    },

    /**
     * Shows a finished story. Tokens already streamed are kept when they are the same ones.
     * @param {Entry} entry
     * @param {{ streamed: boolean }} options
     */
    show({ record, origin, verdict, spans: known }, { streamed }) {
      root.toggleAttribute("data-writing", false);
      exampleLabel.hidden = origin !== "example";
      if (!streamed) {
        clear(record.settings.prompt);
        following = false;
        record.token_texts.forEach((tokenText, index) => append(tokenText, record.surprisal_bits[index] ?? 0));
      }
      this.showSpans(known);
      const ending = ENDINGS[record.ended];
      const parts = [
        `Seed ${record.settings.seed}`,
        `${count(record.token_ids.length)} tokens`,
        ...(record.seconds === null ? [] : [duration(record.seconds)]),
        ...(record.tokens_per_second === null ? [] : [`${count(record.tokens_per_second)} tokens/s`]),
        ...(ending ? [ending] : []),
      ];
      facts.replaceChildren(parts.join(" · "));
      if (verdict) {
        facts.append(" · ", element("span", { class: "verdict", "data-differs": !verdict.same }, verdict.text));
      }
    },

    /**
     * Marks what the library holds of the story that is shown.
     * @param {TextSpan[] | null} found
     */
    showSpans(found) {
      spans = found;
      markSpans();
    },

    /** Whether at least a part of the text is on the screen. */
    isVisible() {
      const box = root.getBoundingClientRect();
      return box.bottom > 160 && box.top < innerHeight * 0.6;
    },

    /** Brings the panel to the top of the screen. */
    reveal() {
      const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      root.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
    },
  };
}
