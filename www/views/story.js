// The story panel: the prompt, the generated tokens in the chosen colours, and the strip of their surprisals.
import { adapterWords } from "./adapter-words.js";
import { element } from "../parts/dom.js";
import { count, duration } from "../parts/format.js";
import { createColourings } from "./colourings.js";
import { createReading } from "./story-reading.js";
import { createReadout } from "./story-readout.js";
import { createTokens, factsOfMessage, factsOfRecord } from "./story-tokens.js";
import { createStrip } from "./strip.js";

/**
 * @import { Entry } from "../session/state.js"
 * @import { Settings, TextSpan, TokensMessage } from "../protocol.js"
 * @import { ColouringName } from "./colourings.js"
 * @import { Facts } from "./story-tokens.js"
 */

/** Milliseconds between two pieces of text: a little less than two frames. */
const BREATH = 28;
/** Pixels from its end within which a reader counts as following the text. */
const NEAR = 48;

/** Why a story ended, for the facts above it. */
const ENDINGS = {
  length: "",
  story: "the story ended",
  context: "the model’s memory is full",
  stopped: "stopped",
};

/**
 * Fills the story panel; `root` is the region itself.
 * @param {object} options
 * @param {HTMLElement} options.root
 * @param {(span: string) => void} options.onOpenSpan
 * @param {(position: number | null) => void} options.onPosition  the lens is to look at this generated token; null is the end
 * @param {() => void} options.onEnter  the reader wants to go on into the card of that token
 */
export function createStory({ root, onOpenSpan, onPosition, onEnter }) {
  const exampleLabel = element("span", { class: "label", hidden: true }, "Example");
  const facts = element("p", { class: "story-facts" });
  const page = element("div", { class: "story-page" });
  const text = element(
    "div",
    {
      class: "story-text",
      role: "group",
      "aria-label": "Story text, word by word",
      "aria-describedby": "story-keys",
      tabindex: 0,
    },
    page,
  );
  const keys = element(
    "p",
    { class: "visually-hidden", id: "story-keys" },
    "Arrow keys move from word to word; Home and End go to the first and the last. Enter goes on to what else could have stood there, Escape lets go of the word.",
  );
  const tokens = createTokens({ page });
  const colourings = createColourings({
    onChange(name) {
      root.dataset["colouring"] = name;
      tokens.colour(name);
      read();
    },
  });
  const readout = createReadout({ onOpen: () => openSpan(told), onEnter });
  const strip = createStrip({
    all: tokens.all,
    placeOf: tokens.placeOf,
    onPoint: (index) => reading.point(index),
    onChoose: (index) => reading.focus(index),
  });
  const reading = createReading({
    text,
    all: tokens.all,
    placeOf: tokens.placeOf,
    onRead(index) {
      told = index;
      strip.mark(reading.looked(), index);
      read();
    },
    onPosition,
    onOpen: openSpan,
    onEnter,
  });
  root.dataset["colouring"] = colourings.name();
  root.append(
    element(
      "div",
      { class: "story-head" },
      element("h2", { id: "story-heading", tabindex: -1 }, "Story"),
      facts,
      exampleLabel,
    ),
    colourings.choice,
    text,
    strip.node,
    readout.node,
    element("div", {}, colourings.legend, keys),
  );

  /** Tokens that have come and are not on the page yet: one piece a frame. @type {Facts[]} */
  let waiting = [];
  let requested = false;
  /** When the last piece went onto the page. */
  let flushed = 0;
  /** Whether the text keeps its end in sight. */
  let following = false;
  /** The height of the text when its end was brought into sight last. */
  let bottom = 0;
  /** The token that the readout tells about. @type {number | null} */
  let told = null;
  /** What the library holds of this story; null before it was asked. @type {TextSpan[] | null} */
  let spans = null;

  function read() {
    const writing = root.hasAttribute("data-writing");
    readout.show({
      token: tokens.all()[told ?? -1] ?? null,
      colouring: colourings.name(),
      spans,
      waiting: writing || tokens.all().length === 0,
    });
  }

  /** @param {number | null} index */
  function openSpan(index) {
    const span = colourings.name() === "origin" ? tokens.all()[index ?? -1]?.span : undefined;
    if (span) onOpenSpan(tokens.text().slice(span.start, span.end));
    return Boolean(span);
  }

  /**
   * Puts what has come onto the page, in every second frame: the one between is left to the reader's own moves.
   * @param {number} time
   */
  function pace(time) {
    if (time - flushed < BREATH) requestAnimationFrame(pace);
    else {
      requested = false;
      flushed = time;
      flush();
    }
  }

  function flush() {
    if (waiting.length === 0) return;
    // It stays in the Tab order until a word takes its place, and keeps the focus it may have.
    if (tokens.all().length === 0) text.setAttribute("tabindex", "-1");
    tokens.append(waiting);
    waiting = [];
    strip.draw();
    if (!root.hasAttribute("data-writing")) return;
    // Whoever has scrolled back is left in peace. Asked only here, where the text has to be laid out anyway.
    const { scrollTop, clientHeight, scrollHeight } = text;
    following = scrollTop + clientHeight >= bottom - NEAR;
    bottom = scrollHeight;
    if (following) text.scrollTop = scrollHeight;
  }

  /**
   * Empties the panel and shows the prompt.
   * @param {Settings} settings
   */
  function clear({ prompt, length }) {
    const hadFocus = text.contains(document.activeElement);
    waiting = [];
    tokens.clear();
    spans = null;
    told = null;
    reading.forget();
    page.replaceChildren(element("span", { class: "story-prompt" }, prompt));
    text.setAttribute("tabindex", "0");
    text.scrollTop = 0;
    if (hadFocus) text.focus({ preventScroll: true });
    strip.fit(length);
    colourings.lack(new Set());
    read();
  }

  return {
    /**
     * Adds tokens of the story being written.
     * @param {TokensMessage} message
     */
    append(message) {
      waiting.push(...factsOfMessage(message));
      if (requested) return;
      requested = true;
      requestAnimationFrame(pace);
    },

    /**
     * Starts a new story.
     * @param {Settings} settings
     */
    begin(settings) {
      clear(settings);
      root.toggleAttribute("data-writing", true);
      exampleLabel.hidden = true;
      following = true;
      bottom = 0;
      facts.replaceChildren(
        [`Seed ${settings.seed}`, ...(settings.adapter ? [adapterWords(settings)] : []), "writing…"].join(" · "),
      );
    },

    /** Ends a story that cannot be finished; what is there stays. */
    interrupt() {
      flush();
      root.toggleAttribute("data-writing", false);
      facts.replaceChildren("Broken off before the end.");
    },

    /**
     * Shows a finished story. Tokens already streamed are kept when they are the same ones.
     * @param {Entry} entry
     * @param {{ streamed: boolean }} options
     */
    show({ record, origin, verdict, parent, spans: known }, { streamed }) {
      if (!streamed) {
        clear(record.settings);
        following = false;
        waiting = factsOfRecord(record);
      }
      flush();
      // To be read from its beginning, by whoever has not taken hold of it meanwhile.
      if (streamed && following && !text.contains(document.activeElement)) {
        following = false;
        text.scrollTop = 0;
      }
      root.toggleAttribute("data-writing", false);
      exampleLabel.hidden = origin !== "example";
      strip.fit(tokens.generated());
      strip.describe();
      /** @type {[ColouringName, boolean][]} */
      const lacking = [
        ["entropy", !record.entropy_bits],
        ["excess", !record.entropy_bits],
        ["rank", !record.ranks],
      ];
      colourings.lack(new Set(lacking.flatMap(([name, lacks]) => (lacks ? [name] : []))));
      this.showSpans(known);
      const ending = ENDINGS[record.ended];
      const parts = [
        `Seed ${record.settings.seed}`,
        ...(record.settings.adapter ? [adapterWords(record.settings)] : []),
        `${count(record.token_ids.length)} tokens`,
        ...(record.seconds === null ? [] : [`${duration(record.seconds)} in all`]),
        ...(record.tokens_per_second === null ? [] : [`${count(record.tokens_per_second)} tokens/s while writing`]),
        ...(ending ? [ending] : []),
      ];
      facts.replaceChildren(parts.join(" · "));
      if (verdict) {
        facts.append(" · ", element("span", { class: "verdict", "data-differs": !verdict.same }, verdict.text));
      }
      // Who branched from a word finds the word again; not before the state that shows this story has reached everybody.
      if (parent && document.activeElement === text)
        queueMicrotask(() => reading.focus(tokens.placeOf(parent.position)));
    },

    /**
     * Marks what the library holds of the story that is shown.
     * @param {TextSpan[] | null} found
     */
    showSpans(found) {
      spans = found;
      tokens.mark(found ?? []);
      read();
    },

    /**
     * Marks the generated token that is looked at; null for none.
     * @param {number | null} position
     */
    mark: reading.mark,

    /**
     * Puts the focus on the word under the lens, or else on the text.
     * @param {{ scroll: boolean }} options  whether to bring it into sight
     */
    returnToWord({ scroll }) {
      const index = reading.looked();
      if (index === null) text.focus({ preventScroll: !scroll });
      else reading.focus(index, { scroll });
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
