// The lens: one place of the story, its token and what else the model considers there, under the settings of the form.
import { modelWords } from "./adapter-words.js";
import { button, element } from "../parts/dom.js";
import { createNextToken } from "./next-token.js";
import { factsOfRecord } from "./story-tokens.js";
import { createTokenCard } from "./token-card.js";

/**
 * @import { ChainDescription, EncodedMessage, LookedMessage, Settings } from "../protocol.js"
 * @import { Entry } from "../session/state.js"
 */

/** Milliseconds after which the chart says that it is being read. */
const SOON = 400;

/**
 * What can be looked at now. `readable`: whether the loaded model wrote the entry; `missing`: the adapter that it needs and that is not here.
 * @typedef {{ entry: Entry | null, position: number | null, chain: ChainDescription | null, phase: "starting" | "loading" | "ready" | "failed", writing: boolean, readable: boolean, missing: string | null }} View
 */

/**
 * @param {object} options
 * @param {HTMLElement} options.root
 * @param {Settings} options.settings  of the form
 * @param {(question: { entry: Entry, position: number, settings: Settings }) => Promise<LookedMessage | Error | null>} options.look
 * @param {() => boolean} options.stalled  whether the question waits for an adapter that is fetched
 * @param {(text: string) => Promise<EncodedMessage | null>} options.encode
 * @param {(branch: { key: string, position: number, tokens: number[] }) => boolean} options.onBranch
 * @param {() => void} options.onClose  back to the first word
 * @param {(position: number) => void} options.onEnd  to the place after the last word
 * @param {(scroll: boolean) => void} options.onReturn  the keyboard goes back to the word, which is brought into sight or not
 */
export function createLens({ root, settings, look, stalled, encode, onBranch, onClose, onEnd, onReturn }) {
  /** @type {View} */
  let view = {
    entry: null,
    position: null,
    chain: null,
    phase: "starting",
    writing: false,
    readable: false,
    missing: null,
  };
  /** Counts places, so that an answer is known to belong to the one before. */
  let place = 0;
  /** The place that was asked about last. */
  let asked = -1;
  /** The place that the chart shows. */
  let drawn = -1;
  /** Whether something has changed since the last question. */
  let changed = false;
  let requested = false;
  let asking = false;
  /** Counts questions: only the end of the latest is that of asking. */
  let questions = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let slow;

  const card = createTokenCard({
    encode,
    onBranch: branch,
    onClose: closeCard,
    onEnd: () => view.entry && onEnd(view.entry.record.token_ids.length),
  });
  // Until the reader asks for more, only the likeliest words are shown.
  const more = button("Show more", () => abridge(!root.hasAttribute("data-brief")), { class: "small" });

  /** @param {boolean} brief */
  function abridge(brief) {
    root.toggleAttribute("data-brief", brief);
    more.setAttribute("aria-expanded", String(!brief));
    more.textContent = brief ? "Show more" : "Show less";
  }
  const chart = createNextToken({
    // What is drawn may still be of the place before.
    onBranch: (token) => drawn === place && branch([token]),
  });
  root.append(
    element("div", { class: "lens-head" }, element("h2", {}, "Next word"), card.name, card.ways, chart.scale, more),
    card.head,
    chart.chart,
    chart.key,
    element("div", { class: "lens-side" }, card.own, chart.stages),
  );

  card.show({ facts: null, before: "", able: false, isFirst: true });
  abridge(true);

  /** @param {string} stage */
  function labelOf(stage) {
    return view.chain?.stages.find(({ name }) => name === stage)?.label ?? stage;
  }

  /**
   * False when the branch cannot be written.
   * @param {number[]} tokens
   */
  function branch(tokens) {
    const { entry } = view;
    if (!entry || !onBranch({ key: entry.key, position: at(entry), tokens })) return false;
    onReturn(false);
    return true;
  }

  /** Says whose probabilities the chart has: they are the story's own, whatever adapter the form has for the next one. */
  function name() {
    chart.name(view.entry ? modelWords(view.entry.record.settings, settings) : "model");
  }

  function closeCard() {
    // Its button goes away, and the focus needs a place; the page stays where it is.
    onReturn(false);
    onClose();
  }

  /** @param {Entry} entry */
  function at(entry) {
    return Math.min(view.position ?? 0, entry.record.token_ids.length);
  }

  /** Why the chart cannot follow, or null when it can. */
  function obstacle() {
    const { entry, phase, chain, writing, readable, missing } = view;
    if (writing) return "The bars come when the story is finished.";
    if (phase === "failed") return "The bars need the engine, which is not running.";
    if (phase !== "ready") return "The bars come when the model has loaded.";
    if (chain === null) return "This engine cannot show its choices. Reload the page for a newer one.";
    if (!entry) return "Press Generate. Then you see here what could have stood at each place.";
    if (!readable)
      return `Another model or engine wrote this story: ${entry.record.model}, engine revision ${entry.record.engine_revision}. Only that one can show its choices.`;
    return missing === null
      ? null
      : `This story needs the adapter ${missing}. Open its files under “Samplers” to see its choices.`;
  }

  /** At most one question a frame, and none while another waits for its answer, so that each is seen; but for one that waits for an adapter. */
  function ask() {
    changed = true;
    if (requested || (asking && !(stalled() && asked !== place))) return;
    requested = true;
    requestAnimationFrame(async () => {
      [requested, changed] = [false, false];
      const { entry } = view;
      if (!entry || obstacle() !== null) return;
      asked = place;
      const [mine, question] = [place, ++questions];
      asking = true;
      const looked = await look({ entry, position: at(entry), settings });
      if (question === questions) asking = false;
      if (mine === place && obstacle() === null) {
        clearTimeout(slow);
        const isLooked = looked !== null && !(looked instanceof Error);
        drawn = isLooked ? place : -1;
        if (isLooked) {
          chart.show(looked, labelOf);
          card.tell(looked, labelOf);
        } else if (!changed) chart.wait(looked?.message ?? "There is nothing to look at here.");
      }
      if (changed) ask();
    });
  }

  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    onReturn(true);
  });

  return {
    /**
     * Looks somewhere else, or finds that it can look now.
     * @param {View} next
     */
    show(next) {
      const before = { ...view, why: obstacle() };
      view = next;
      const why = obstacle();
      const moved = next.entry?.key !== before.entry?.key || next.position !== before.position;
      name();
      if (!moved && why === before.why && next.writing === before.writing && next.readable === before.readable) return;
      place += 1;
      clearTimeout(slow);
      const { entry } = next;
      const position = entry ? at(entry) : 0;
      const facts = entry ? (factsOfRecord(entry.record)[position] ?? null) : null;
      const told = entry ? entry.record.settings.prompt + entry.record.token_texts.slice(0, position).join("") : "";
      card.show({ facts, before: told, able: why === null, isFirst: next.position === null });
      if (next.position !== null && next.position !== before.position) abridge(false);
      if (why !== null) chart.wait(why);
      else {
        chart.wait("");
        slow = setTimeout(() => chart.wait("Reading the story up to here…"), SOON);
        ask();
      }
    },

    /**
     * The form says something else: the chart follows at once.
     * @param {Settings} next
     */
    aim(next) {
      settings = next;
      name();
      if (obstacle() === null) ask();
    },

    /** Puts the focus on the first thing that can be done here. */
    enter() {
      const first = root.querySelector(".chart:not([data-empty]) tr:not([hidden]) button:not([aria-disabled])");
      const target = first instanceof HTMLElement ? first : card.own.querySelector("input");
      target?.focus({ preventScroll: true });
      root.scrollIntoView({ block: "nearest" });
    },
  };
}
