// Write as I move: while a control moves, the story is written anew with the newest settings, and becomes an entry once the hand rests.
//
// What the page does with it:
//
//   const live = createLive({ store, engine, rewriting, measuring, writing, readSettings });
//   live.move(settings)     on every input event of temperature, top-p, preset or sampler, with the settings of the form. It does nothing
//                           where live writing is off, the model is not ready, or the adapter is not here. While a story is
//                           being written, the newest settings wait for its end. Call it for the reader's own moves only, not when settings
//                           are written into the form.
//   live.rest()             on the change event, when the hand lets go. After REST milliseconds without another move the story becomes an
//                           ordinary entry: `writing.request` writes the same settings, with second reading, address bar and archive.
//                           (Arrow keys send input and change with every press; the wait makes one entry of many presses.)
//   live.choose(on)         the reader's own switch. It is remembered on this device.
//
// What it puts into the store (types in state.js):
//
//   state.liveMode          "measuring"  how fast this device writes is not known yet; moves are ignored
//                           "on"         stories are written while a control moves
//                           "off"        the reader has switched it off
//                           "slow"       off by itself, because a story takes more than LIMIT seconds; the reader can switch it on
//   state.live              null, or
//     .record               the newest rewrite: a whole StoryRecord with numbers. The library's numbers (novelty) are merged in when they
//                           come; until then they are absent.
//     .spans                what the library holds of it, null before it has answered (or if it is closed)
//     .changed              indices of its tokens that differ from the story that was shown when the hand was put on the control
//     .trail                one point per rewrite since then, the oldest first, at most TRAIL: { settings, numbers, percentiles }.
//                           The map takes the numbers of its axes: numbers.novelty, numbers.coherence, …
//     .resting              whether the hand has let go and the entry is being written
//   `live` becomes null when the entry is shown. The last `record` and that entry have the same tokens and the same digest.
//
// Selectors (selectors.js): `onStage(state)` is { record, spans, finished, live } of what the reader looks at: the rewrite if there is one,
// otherwise the shown entry. `writingQuietly(state)` says that the story being written stands on the page already as the last rewrite:
// do not clear the story panel, do not stream tokens.
import { standsAlready, writingQuietly } from "./selectors.js";
import { mergeNumbers, sameSettings, shownEntry } from "./state.js";

/**
 * @import { Settings, StoryRecord } from "../protocol.js"
 * @import { EngineClient } from "./engine.js"
 * @import { Measuring } from "./measuring.js"
 * @import { Rewriting } from "./rewriting.js"
 * @import { LiveMode, Store, TrailPoint } from "./state.js"
 * @import { Writing } from "./writing.js"
 */

/** Seconds that a story may take for stories to be written while a control moves. */
export const LIMIT = 0.25;
/** Milliseconds without a move after which the hand has come to rest. */
export const REST = 300;
/** Points of the trail at most: the newest. */
const TRAIL = 60;
/** The speed is measured with so many tokens, and so often if it seems too low: browsers compile the engine further while it runs. */
const PROBE = { tokens: 64, times: 3 };
/** Where the reader's choice is kept on this device. */
const CHOICE = "fabula-live";

/** What keeps the reader's choice. @typedef {Pick<Storage, "getItem" | "setItem">} Memory */

/**
 * @param {object} options
 * @param {Store} options.store
 * @param {EngineClient} options.engine
 * @param {Rewriting} options.rewriting
 * @param {Measuring} options.measuring
 * @param {Writing} options.writing
 * @param {() => Settings} options.readSettings  those of the form
 * @param {() => Memory} [options.memory]  refused with an error where the browser keeps nothing
 */
export function createLive({
  store,
  engine,
  rewriting,
  measuring,
  writing,
  readSettings,
  memory = () => localStorage,
}) {
  /** The settings of the last move; null while no hand is on a control. @type {Settings | null} */
  let moved = null;
  /** Settings that were not asked for yet. @type {Settings | null} */
  let wanted = null;
  /** The tokens that stood there before the first move. @type {number[]} */
  let before = [];
  let asking = false;
  /** Ends the wait for another move. @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** Whether the library is being asked, and what it is asked next. */
  let tracing = false;
  /** @type {{ record: StoryRecord, point: TrailPoint } | null} */
  let untraced = null;
  let probes = 0;
  /** The reader's own choice, which the speed does not change. @type {"on" | "off" | null} */
  let choice = recall();

  store.select(
    ({ storySeconds }) => storySeconds,
    (seconds) => store.update({ liveMode: modeFor(choice, seconds) }),
  );
  store.select(
    ({ engine: { phase }, writing: now, queued, storySeconds }) => ({
      idle: phase === "ready" && now === null && queued === null,
      storySeconds,
    }),
    ({ idle, storySeconds }) => {
      if (!idle) return;
      if (wanted !== null) void write();
      else if (storySeconds === null || storySeconds > LIMIT) void probe();
    },
  );
  // A story was asked for: it takes the place of the one that was to be written once the hand rests.
  store.select(
    ({ queued }) => queued,
    (queued) => {
      if (queued !== null) letGo();
    },
  );
  store.select(
    ({ shown, writing: now, queued }) => ({ shown, now, busy: now !== null || queued !== null }),
    ({ shown, now, busy }, last) => {
      const resting = store.get().live?.resting ?? false;
      if (now !== null && now !== last.now && !writingQuietly(store.get())) leave();
      else if (shown !== null && shown !== last.shown) {
        // A story was written to its end, which may have taken the place of the last rewrite; or the reader has chosen another one.
        if (last.now === null || now !== null) letGo();
        else if (moved !== null) before = shownEntry(store.get())?.record.token_ids ?? [];
        leave();
      } else if ((resting || moved === null) && last.busy && !busy) leave(); // It could not be written.
    },
  );
  engine.onEnd(() => {
    letGo();
    leave();
  });

  /** What the page says from now on is what the store has without the rewrites. */
  function leave() {
    untraced = null;
    if (store.get().live !== null) store.update({ live: null });
  }

  function letGo() {
    clearTimeout(timer);
    moved = null;
    wanted = null;
  }

  /** Writes the story of the newest settings, one at a time. */
  async function write() {
    if (asking || wanted === null || !rewriting.isIdle() || !rewriting.isPossible(wanted)) return;
    const settings = wanted;
    wanted = null;
    asking = true;
    const record = await rewriting.rewrite(settings).catch(() => null);
    asking = false;
    // Meanwhile the hand may have come to rest, or another story may have begun.
    if (record !== null && moved !== null && rewriting.isIdle()) show(record, settings);
    void write();
  }

  /**
   * @param {StoryRecord} record
   * @param {Settings} settings
   */
  function show(record, settings) {
    const { numbers, percentiles } = record;
    const point = { settings, numbers, percentiles };
    const trail = [...(store.get().live?.trail ?? []), point].slice(-TRAIL);
    const changed = [...record.token_ids.keys()].filter((place) => record.token_ids[place] !== before[place]);
    store.update({ live: { record, spans: null, changed, trail, resting: false } });
    untraced = { record, point };
    void trace();
  }

  /** Asks the library about the newest rewrite, one at a time. */
  async function trace() {
    if (tracing || untraced === null) return;
    const { record, point } = untraced;
    untraced = null;
    tracing = true;
    const found = await measuring.origin(record);
    tracing = false;
    const { live } = store.get();
    if (found !== null && live?.trail.includes(point)) {
      const trail = live.trail.map((one) => (one === point ? { ...one, ...mergeNumbers(one, found) } : one));
      const newest =
        live.record === record ? { record: { ...record, ...mergeNumbers(record, found) }, spans: found.spans } : {};
      store.update({ live: { ...live, ...newest, trail } });
    }
    void trace();
  }

  /** The hand has come to rest: what it chose becomes an entry, unless that is shown already. */
  function settle() {
    const settings = moved;
    const state = store.get();
    if (state.writing !== null) {
      // A story that was begun is written to its end.
      timer = setTimeout(settle, REST);
      return;
    }
    letGo();
    if (settings === null) return;
    const { live } = state;
    const shown = shownEntry(state);
    if (!rewriting.isPossible(settings) || (shown && sameSettings(shown.record.settings, settings))) return leave();
    if (live && standsAlready(state, settings)) store.update({ live: { ...live, resting: true } });
    else leave();
    writing.request({ settings, expectation: null, parent: null });
  }

  /** Measures how long a story takes, with a short one that nobody sees. */
  async function probe() {
    const settings = { ...readSettings(), temperature: 1, top_p: 1, length: PROBE.tokens, seed: probes };
    delete settings.adapter;
    delete settings.options;
    if (asking || probes >= PROBE.times || !rewriting.isIdle() || !rewriting.isPossible(settings)) return;
    probes += 1;
    asking = true;
    await rewriting.rewrite(settings).catch(() => null);
    asking = false;
    const { storySeconds } = store.get();
    if (wanted !== null) void write();
    else if (storySeconds === null || storySeconds > LIMIT) void probe();
  }

  /** The reader's choice on an earlier visit. */
  function recall() {
    try {
      const kept = memory().getItem(CHOICE);
      return kept === "on" || kept === "off" ? kept : null;
    } catch {
      return null; // The browser keeps nothing for this page.
    }
  }

  return {
    /**
     * A control has moved.
     * @param {Settings} settings
     */
    move(settings) {
      const state = store.get();
      if (state.liveMode !== "on" || !rewriting.isPossible(settings)) return;
      const stands = state.live?.record ?? shownEntry(state)?.record;
      const last = moved ?? stands?.settings;
      if (last && sameSettings(last, settings)) return;
      clearTimeout(timer);
      if (moved === null) before = stands?.token_ids ?? [];
      moved = settings;
      wanted = settings;
      void write();
    },

    /** The hand lets go. */
    rest() {
      if (moved === null) return;
      clearTimeout(timer);
      timer = setTimeout(settle, REST);
    },

    /**
     * Whether the reader wants stories to be written while a control moves.
     * @param {boolean} on
     */
    choose(on) {
      choice = on ? "on" : "off";
      try {
        memory().setItem(CHOICE, choice);
      } catch {
        // It holds until the page is closed.
      }
      if (!on) {
        letGo();
        leave();
      }
      store.update({ liveMode: modeFor(choice, store.get().storySeconds) });
    },
  };
}

/**
 * @param {"on" | "off" | null} choice  the reader's
 * @param {number | null} seconds  that a story takes
 * @returns {LiveMode}
 */
function modeFor(choice, seconds) {
  if (choice !== null) return choice;
  if (seconds === null) return "measuring";
  return seconds <= LIMIT ? "on" : "slow";
}
