// The story panel: the prompt, the generated tokens in the chosen colours, and the strip of their surprisals.
import { element, required } from "../parts/dom.js";
import { createRating } from "./rating.js";
import { settingsWords } from "./settings-words.js";
import { createColourings } from "./colourings.js";
import { createReading } from "./story-reading.js";
import { createReadout } from "./story-readout.js";
import { createTokens, factsOfMessage, factsOfRecord } from "./story-tokens.js";
import { createStrip } from "./strip.js";

/**
 * @import { Entry, Live } from "../session/state.js"
 * @import { ChainDescription, Settings, TextSpan, TokensMessage } from "../protocol.js"
 * @import { ColouringName } from "./colourings.js"
 * @import { Facts } from "./story-tokens.js"
 */

/** Milliseconds between two pieces of text: a little less than two frames. */
const BREATH = 28;
/** Letters of a token and pixels of a letter, on average, and lines that end early: so the room that a story will take is kept free. */
const ROOM = { letters: 4.1, pixels: 9.4, short: 2 };
/** Milliseconds that a changed word is marked. */
const MARKED = 700;

/** Why a story ended, for the facts above it. */
const ENDINGS = {
  length: "",
  story: "it ended by itself",
  context: "the model’s memory is full",
  stopped: "stopped by you",
};

/**
 * Fills the story panel; `root` is the region itself.
 * @param {object} options
 * @param {HTMLElement} options.root
 * @param {HTMLElement} options.wordsRoot  for the choice of the colours, their legend and the strip
 * @param {(span: string) => void} options.onOpenSpan
 * @param {(position: number | null) => void} options.onPosition  the lens is to look at this generated token; null is the end
 * @param {() => void} options.onEnter  the reader wants to go on into the card of that token
 * @param {(key: string, rating: number) => void} options.onRate  the reader says what the story is worth
 */
export function createStory({ root, wordsRoot, onOpenSpan, onPosition, onEnter, onRate }) {
  const exampleLabel = element("span", { class: "label", hidden: true }, "Example");
  const facts = element("p", { class: "story-facts" });
  const rating = createRating({ onRate });
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
    "Arrow keys move from word to word. Home and End go to the first and the last. Enter goes to the words that could have stood there. Escape lets go of the word.",
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
      exampleLabel,
      facts,
      required("story-actions", HTMLElement),
    ),
    text,
    readout.node,
    rating.node,
    keys,
  );
  wordsRoot.append(colourings.choice, colourings.legend, strip.node);

  /** Tokens that have come and are not on the page yet: one piece a frame. @type {Facts[]} */
  let waiting = [];
  let requested = false;
  /** When the last piece went onto the page. */
  let flushed = 0;
  /** The token that the readout tells about. @type {number | null} */
  let told = null;
  /** What the library holds of this story; null before it was asked. @type {TextSpan[] | null} */
  let spans = null;
  /** @type {ChainDescription | null} */
  let chain = null;
  /** What stands in the line over the text. @type {{ settings: Settings, more: (string | Node)[] } | null} */
  let line = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let unmarking;
  /** Of a line. */
  let width = 640;
  new ResizeObserver(([box]) => (width = box?.contentRect.width || width)).observe(page);

  /**
   * Says what wrote the story.
   * @param {Settings} settings
   * @param {(string | Node)[]} more
   */
  function tell(settings, more) {
    line = { settings, more };
    const words = settingsWords(settings, chain);
    // Room for the usual ending, so that the text below does not move when the story ends.
    facts.dataset["room"] = `${words} · ${ENDINGS.story}`;
    facts.replaceChildren(element("span", {}, words, ...more.flatMap((part) => [" · ", part])));
  }

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
    // The room that it will take, so that nothing below moves while it is written.
    const lines = Math.ceil(((prompt.length + length * ROOM.letters) * ROOM.pixels) / width) + ROOM.short;
    page.style.setProperty("--lines", String(lines));
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
      rating.show(null);
      tell(settings, ["writing…"]);
    },

    /** Ends a story that cannot be finished; what is there stays. */
    interrupt() {
      flush();
      root.toggleAttribute("data-writing", false);
      facts.replaceChildren(element("span", {}, "The story broke off before its end."));
    },

    /**
     * Shows a finished story. Tokens already streamed are kept when they are the same ones.
     * @param {Entry} entry
     * @param {{ streamed: boolean }} options
     */
    show(entry, { streamed }) {
      const { record, origin, verdict, parent, spans: known } = entry;
      if (streamed) flush();
      // A story that was stopped while it was written quietly is shorter than the rewrite that stands there.
      if (!streamed || tokens.generated() !== record.token_ids.length) {
        clear(record.settings);
        waiting = factsOfRecord(record);
      }
      flush();
      rating.show(entry);
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
      tell(record.settings, [
        ...(ending ? [ending] : []),
        ...(verdict ? [element("span", { class: "verdict", "data-differs": !verdict.same }, verdict.text)] : []),
      ]);
      // Who branched from a word finds the word again; not before the state that shows this story has reached everybody.
      if (parent && document.activeElement === text)
        queueMicrotask(() => reading.focus(tokens.placeOf(parent.position)));
    },

    /**
     * Shows a story that was written while a control moves: the words that differ from the one before the move are marked for a moment.
     * Nothing is said to screen readers before the hand rests.
     * @param {Live} live
     */
    rewrite({ record, spans: known, changed }) {
      clear(record.settings);
      waiting = factsOfRecord(record);
      flush();
      rating.show(null);
      exampleLabel.hidden = true;
      root.toggleAttribute("data-writing", false);
      tell(record.settings, []);
      this.showSpans(known);
      const all = tokens.all();
      for (const index of changed) all[tokens.placeOf(index)]?.node.setAttribute("data-changed", "");
      clearTimeout(unmarking);
      unmarking = setTimeout(() => {
        for (const { node } of tokens.all()) node.removeAttribute("data-changed");
      }, MARKED);
    },

    /** What the reader thinks of the story has changed. @param {Entry} entry */
    judged: (entry) => rating.show(entry),

    /**
     * Calls the samplers as the engine does.
     * @param {ChainDescription | null} description
     */
    describe(description) {
      chain = description;
      if (line) tell(line.settings, line.more);
    },

    /** @param {boolean} isOld  whether the form says something else than what wrote this story */
    setOld(isOld) {
      root.toggleAttribute("data-old", isOld);
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
