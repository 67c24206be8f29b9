// Writing stories: the one that waits, the one being written, and what becomes of it.
import { showInAddressBar } from "./address-bar.js";
import { decodedPrompt, judge } from "./verdict.js";
import { mergeNumbers, newKey, nothingKept } from "./state.js";

/**
 * @import { DoneMessage, Settings, StoryRecord, TokensMessage } from "../protocol.js"
 * @import { AdaptersClient } from "./adapters.js"
 * @import { EngineClient } from "./engine.js"
 * @import { Measuring } from "./measuring.js"
 * @import { Entry, Expectation, Queued, Store } from "./state.js"
 */

/** Earlier stories that a new one is compared with for its session novelty: the latest. */
export const EARLIER = 200;

/** @typedef {ReturnType<typeof createWriting>} Writing */

/**
 * @param {object} options
 * @param {Store} options.store
 * @param {EngineClient} options.engine
 * @param {AdaptersClient} options.adapters
 * @param {Measuring} options.measuring
 * @param {() => Settings} options.readSettings  those of the form
 * @param {Promise<unknown>} options.earlier  settled when the stories are there that count as earlier ones
 * @param {(settings: Settings) => void} options.onBegin
 * @param {(message: TokensMessage) => void} options.onTokens
 * @param {(entry: Entry) => void} options.onFinished
 * @param {(nothing: boolean) => void} options.onBrokenOff  the story ends without a result; `nothing`: before its first token
 * @param {(message: string) => void} options.onRefused  the engine does not write this story
 * @param {(settings: Settings) => void} options.onReread  the prompt of a link is read in another way
 * @param {() => void} options.onRepaired  which was right: the story is the one that the link promised
 * @param {(text: string) => void} options.announce
 */
export function createWriting({
  store,
  engine,
  adapters,
  measuring,
  readSettings,
  earlier,
  onBegin,
  onTokens,
  onFinished,
  onBrokenOff,
  onRefused,
  onReread,
  onRepaired,
  announce,
}) {
  /** Tokens received of the story being written. */
  let received = 0;
  /** The entry that was shown before the story being written, to come back to when it fails at once. @type {string | null} */
  let shownBefore = null;
  /** The story that waits for an adapter, to ask for it only once. @type {Queued | null} */
  let adapted = null;
  /** The number of the story that was asked to end. */
  let ending = 0;
  /** The largest number of a story so far; one that was deleted may come back, so none is given twice. */
  let latest = 0;

  engine.on("tokens", (message) => {
    if (message.id !== store.get().writing?.id) return;
    received += message.token_ids.length;
    onTokens(message);
  });
  engine.on("done", (message) => {
    if (message.id === store.get().writing?.id) finish(message);
  });
  engine.on("error", ({ id, code, message }) => {
    const { writing } = store.get();
    if (id === null || writing === null || id !== writing.id) return;
    // Another adapter has taken its place in the engine's memory since it was brought: it is brought again.
    const { adapter } = writing.settings;
    const missed = code === "no_adapter" && adapter && adapters.miss(adapter.id);
    if (missed) breakOff(id === ending ? null : writing);
    else refuse(message);
    void startQueued();
  });
  engine.on("ready", () => void startQueued());
  engine.onEnd(() => {
    const { writing, silence } = store.get();
    // An engine that was silent is started again: the next one writes the same story.
    breakOff(silence !== null && writing?.id !== ending ? writing : null);
  });
  engine.onWait(() => store.get().writing !== null);
  store.select(
    ({ silence }) => silence,
    (silence) => {
      // Who is silent does not hear that the story is to end.
      if (silence?.action === "Start again" && store.get().writing?.id === ending) engine.start();
    },
  );
  store.select(
    ({ entries }) => entries,
    (entries) => {
      for (const { origin, number } of entries) if (origin === "own") latest = Math.max(latest, number);
    },
  );

  /** @param {Queued} queued */
  function request(queued) {
    const { engine: now, writing } = store.get();
    store.update({ queued, awaited: null });
    if (writing) end();
    else if (now.phase === "ready") void startQueued();
    else announce("Will start when the model has loaded.");
  }

  /** Begins the story that waits, if there is one. */
  async function startQueued() {
    // The examples and the kept stories count as earlier ones, so their texts have to be there first.
    await earlier;
    const { queued, engine: now, writing, entries, shown } = store.get();
    if (!queued || writing || now.phase !== "ready") return;
    const settings = queued.settings ?? readSettings();
    if (settings.adapter && !adapters.isHere(settings)) return void awaitAdapter(queued, settings.adapter.id);
    const id = engine.number();
    received = 0;
    shownBefore = shown;
    measuring.begin(id);
    onBegin(settings);
    store.update({
      queued: null,
      awaited: null,
      writing: { id, settings, expectation: queued.expectation, parent: queued.parent },
      shown: null,
      position: null,
    });
    announce("Writing…");
    engine.post({ type: "generate", id, settings, earlier: earlierTexts(entries) });
  }

  /**
   * Lets a story wait until its adapter is here; it does not begin if that cannot come.
   * @param {Queued} queued
   * @param {string} id
   */
  async function awaitAdapter(queued, id) {
    if (adapted === queued && store.get().awaited?.id === id) return;
    adapted = queued;
    store.update({ awaited: { id, offered: adapters.comes(id) } });
    const problem = await adapters.bring(id);
    const { queued: now, awaited } = store.get();
    // Meanwhile another story was asked for, or this one with another adapter or none.
    if (now !== queued || awaited?.id !== id) return;
    store.update(problem === null ? { awaited: null } : { awaited: null, queued: null });
    if (problem === null) void startQueued();
    else onRefused(problem);
  }

  /** Asks the worker to end the story at the next token. */
  function end() {
    const { writing, silence } = store.get();
    if (!writing) return;
    ending = writing.id;
    if (silence) engine.start();
    else engine.post({ type: "stop", id: writing.id });
  }

  /** @param {DoneMessage} message */
  function finish(message) {
    const { entries, writing } = store.get();
    const record = recordOf(message);
    const expectation = writing?.expectation ?? null;
    const verdict = judge(expectation, record);
    const first = entries.find(({ key }) => key === expectation?.first);
    if (record.token_ids.length === 0 || (first && !verdict?.same)) {
      if (record.token_ids.length === 0 && record.ended === "story") refuse("The story ended before its first word.");
      else breakOff(null);
      void startQueued();
      return;
    }
    // A link that replays a story that is here already, as after a reload, makes no second one of it.
    const known = verdict?.same
      ? entries.find((one) => one.origin === "own" && one.record.link === record.link)
      : undefined;
    /** @type {Entry} */
    const entry = known
      ? { ...known, ...(first && added(known, first)), verdict }
      : {
          ...nothingKept,
          key: newKey(),
          number: latest + 1,
          created: Date.now(),
          parent: writing?.parent ?? null,
          // The story that takes the place of another keeps what the reader added to that.
          ...first,
          origin: "own",
          record: { ...record, ...mergeNumbers(measuring.live(), record) },
          verdict,
          spans: null,
          finished: false,
        };
    measuring.await(message.id, entry.key);
    const replaced = known ?? first;
    const others = known ? entries.filter((one) => one !== first) : entries;
    store.update({
      entries: replaced ? others.map((one) => (one === replaced ? entry : one)) : [...others, entry],
      ...(first && store.get().pinned === first.key ? { pinned: entry.key } : {}),
      shown: entry.key,
      writing: null,
    });
    measuring.trace([entry]);
    // Until another reading of the link has given the promised story, this one stays.
    const other = store.get().queued === null && expectation ? otherReading(expectation, entry) : null;
    if (other) {
      onReread(other.settings);
      store.update({ queued: { ...other, parent: null } });
    } else settle(entry, expectation);
    if (first) onRepaired();
    void startQueued();
  }

  /**
   * A story is the one to show for what was asked.
   * @param {Entry} entry
   * @param {Expectation | null} expectation
   */
  function settle(entry, expectation) {
    if (!expectation?.damaged) showInAddressBar(entry.record.link);
    onFinished(entry);
  }

  /**
   * The engine does not write this story.
   * @param {string} why
   */
  function refuse(why) {
    // Of another reading of a link nobody needs to know that it cannot be written.
    if (store.get().writing?.expectation?.first === undefined) onRefused(why);
    breakOff(null);
  }

  /**
   * Ends the story being written without a result. What stood there before comes back if nothing was written.
   * @param {Queued | null} again  what is to be written in its place, unless something else was asked for
   */
  function breakOff(again) {
    const { writing, queued, entries } = store.get();
    if (writing === null) return;
    const next = queued === null ? again : null;
    const first = entries.find(({ key }) => key === writing.expectation?.first);
    if (first && !next) {
      // Another reading of a link has not given the promised story: the one written first is shown again.
      if (queued === null) onReread(first.record.settings);
      received = 0;
      store.update({ writing: null, shown: first.key });
      return settle(first, writing.expectation);
    }
    store.update({
      writing: null,
      queued: next ? { settings: next.settings, expectation: next.expectation, parent: next.parent } : queued,
    });
    if (received === 0 && entries.some((entry) => entry.key === shownBefore)) store.update({ shown: shownBefore });
    else onBrokenOff(received === 0);
    if (!next) announce(received === 0 ? "No story was written." : "The story was broken off.");
  }

  return {
    request,
    /** Writes a story from the form, now or as soon as the model is there. */
    generate: () => request({ settings: null, expectation: null, parent: null }),
    /** The form is about to be filled for another purpose: the story that waits keeps what it says now. */
    hold() {
      const { queued } = store.get();
      if (queued?.settings === null) store.update({ queued: { ...queued, settings: readSettings() } });
    },
    /** The form says something else: the story that waits may begin, or wait for something else. */
    reconsider: () => void startQueued(),
    /** Ends the story being written, and drops the one that waits. */
    stop() {
      const { queued, writing } = store.get();
      if (queued) store.update({ queued: null, awaited: null });
      if (writing) end();
      else if (queued) announce("The waiting story was cancelled.");
    },
    /** Tokens received of the story written last. */
    received: () => received,
  };
}

/**
 * What else a link may have meant that promised another story than this: its prompt decoded once more. Null where the promise is kept or
 * cannot be, or where this was tried.
 * @param {Expectation} expectation
 * @param {Entry} entry  what was written
 * @returns {{ settings: Settings, expectation: Expectation } | null}
 */
function otherReading(expectation, { key, verdict, record: { settings, model, engine_revision, ended } }) {
  if (verdict?.same !== false || ended === "stopped" || expectation.first !== undefined) return null;
  if (expectation.model !== model || expectation.engine_revision !== engine_revision) return null;
  const prompt = decodedPrompt(settings.prompt);
  return prompt === null ? null : { settings: { ...settings, prompt }, expectation: { ...expectation, first: key } };
}

/**
 * What the reader added to either of two stories that become one.
 * @param {Entry} one  what was added to it counts more
 * @param {Entry} other
 */
const added = (one, other) => ({
  name: one.name ?? other.name,
  starred: one.starred || other.starred,
  rating: one.rating ?? other.rating,
});

/**
 * The story without what belongs to its message alone.
 * @param {DoneMessage} message
 */
function recordOf(message) {
  /** @type {Partial<DoneMessage>} */
  const record = { ...message };
  delete record.type;
  delete record.id;
  delete record.memory_bytes;
  // A clock that is kept coarse may say that no time has passed.
  if (!Number.isFinite(record.tokens_per_second))
    return { .../** @type {StoryRecord} */ (record), tokens_per_second: null };
  return /** @type {StoryRecord} */ (record);
}

/**
 * The texts that a new story is compared with: the examples, and the latest of the reader's own.
 * @param {Entry[]} entries
 */
export function earlierTexts(entries) {
  const examples = entries.filter((entry) => entry.origin === "example");
  const own = entries.filter((entry) => entry.origin === "own");
  return [...examples, ...own.slice(-EARLIER)].map((entry) => entry.record.text);
}
