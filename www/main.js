// Wires the page: messages from the worker change the store, the store changes the views, the views ask for work.
import { createAbout } from "./about.js";
import { createControls } from "./controls.js";
import { required } from "./dom.js";
import { count, decimal, megabytes, percent } from "./format.js";
import { address, copy, judge, linkField, showInAddressBar } from "./link.js";
import { createLoader } from "./loader.js";
import { createMap } from "./map.js";
import { createMetrics } from "./metrics.js";
import { createNotices } from "./notices.js";
import { createStore, entryName, initialState, sameSettings, shownEntry } from "./state.js";
import { createStory } from "./story.js";
import { createTable } from "./table.js";
import { createWorkerClient, missingFeature } from "./worker-client.js";

/**
 * @import { DoneMessage, ErrorMessage, FromWorker, LinkReadMessage, ReadyMessage, Settings, StoryRecord } from "./protocol.js"
 * @import { Entry, Expectation } from "./state.js"
 */

const store = createStore(initialState);
const client = createWorkerClient({ onMessage });
const notices = createNotices({ container: required("notices", HTMLElement) });
const announcer = required("announcer", HTMLElement);

const loader = createLoader({ onRetry: startEngine });
required("loader", HTMLElement).append(loader.node);
const controls = createControls({ onGenerate: generate, onStop: stop, onCopyLink: copyLink, onPromptReplaced: offerPrompt });
const story = createStory({ root: required("story", HTMLElement) });
const metrics = createMetrics();
required("metrics", HTMLElement).append(...metrics.nodes);
const map = createMap({ root: required("map", HTMLElement), onChoose: choose });
const table = createTable({ onChoose: choose });
const about = createAbout({ root: required("about", HTMLElement) });
const tableHeading = document.createElement("h2");
tableHeading.textContent = "Generations";
required("generations", HTMLElement).append(tableHeading, table.node);

store.subscribe((state, previous) => {
  if (state.engine !== previous.engine) loader.show(state.engine);
  if (state.engine.phase !== previous.engine.phase || state.writing !== previous.writing || state.queued !== previous.queued) {
    controls.setActivity({ phase: state.engine.phase, writing: state.writing !== null, queued: state.queued !== null });
  }
  if (state.entries !== previous.entries || state.shown !== previous.shown) {
    map.show(state.entries, state.shown);
    table.show(state.entries, state.shown);
  }
  if (state.shown !== previous.shown || state.engine.phase !== previous.engine.phase) showAbout();
});

/** The link still to be read, as the address bar had it; null once the worker has read it. @type {string | null} */
let unreadLink = isLink(location.hash) ? location.hash : null;
/** Links given to the worker and not answered yet; only the last answer counts. */
let linksAsked = 0;
/** Whether this worker has said hello, so that it hears what is posted. */
let listening = false;
/** Whether this worker was asked for the model; it takes the request only once. */
let loadAsked = false;
/** The model a link asked for; null for the default one. @type {string | null} */
let wantedModel = null;
/** Number of the latest generation, so that late messages of an earlier one are recognized. */
let latestId = 0;
/** Tokens received of the story being written. */
let received = 0;
/** The entry that was shown before the story being written, to come back to when it fails at once. @type {string | null} */
let shownBefore = null;
/** What the worker said of its engine. @type {{ name: string, revision: number, kernel: string } | null} */
let engineFacts = null;
/** What the engine holds, as it said last. @type {number | null} */
let memoryBytes = null;
/** Who waits for an answer to write_link, in the order of asking. @type {((fragment: string | null) => void)[]} */
let linkReceivers = [];

loader.show(store.get().engine);
controls.setActivity({ phase: "starting", writing: false, queued: false });
const examplesLoaded = loadExamples();
addEventListener("hashchange", () => {
  if (isLink(location.hash)) readLink(location.hash);
});
required("skip", HTMLAnchorElement).addEventListener("click", (event) => {
  // Followed as a link, it would put a fragment into the address bar, where the story's own belongs.
  event.preventDefault();
  required("story-heading", HTMLElement).focus({ preventScroll: true });
  story.reveal();
});
startEngine();

/**
 * Whether a fragment may be the link of a story. Short ones without a value only name a place on the page.
 * @param {string} fragment
 */
function isLink(fragment) {
  return fragment.includes("=") || fragment.length > 40;
}

/** Ends the worker; nobody may go on waiting for its answers. */
function stopEngine() {
  client.stop();
  listening = false;
  loadAsked = false;
  linksAsked = 0;
  giveLinksUp();
  linkReceivers = [];
}

/** Starts a fresh worker, at the beginning and after every failure. */
function startEngine() {
  stopEngine();
  const missing = missingFeature();
  if (missing) {
    store.update({ engine: { phase: "failed", message: missing, action: null } });
    return;
  }
  store.update({ engine: { phase: "starting" } });
  client.start();
}

/** Asks the worker for the model, by its manifest beside the page, unless it was asked already. */
function load() {
  if (!listening || loadAsked) return;
  loadAsked = true;
  client.post({ type: "load", manifest_url: new URL("models/index.json", document.baseURI).href, model: wantedModel });
}

/** @param {FromWorker} message */
function onMessage(message) {
  const { writing } = store.get();
  const current = writing !== null && "id" in message && message.id === writing.id;
  switch (message.type) {
    case "hello":
      listening = true;
      engineFacts = message.engine;
      if (store.get().limits === null) {
        store.update({ limits: message.limits });
        controls.setLimits(message.limits, message.defaults);
      }
      // A link may name the model, so it is read before one is loaded.
      if (unreadLink === null) load();
      else readLink(unreadLink);
      break;
    case "progress":
      store.update({ engine: { phase: "loading", loaded: message.loaded, total: message.total, from: message.from } });
      break;
    case "ready":
      onReady(message);
      break;
    case "started":
      break;
    case "token":
      if (!current) break;
      received += 1;
      story.append(message.text, message.surprisal_bits);
      break;
    case "metrics":
      if (current) metrics.show(message.metrics);
      break;
    case "done":
      if (current) onDone(message);
      break;
    case "link":
      linkReceivers.shift()?.(message.fragment);
      break;
    case "link_read":
      linksAsked -= 1;
      if (linksAsked > 0) break;
      unreadLink = null;
      onLinkRead(message);
      load();
      break;
    case "error":
      onError(message);
      break;
  }
}

/** @param {ReadyMessage} message */
function onReady({ model, seconds, from, kept, note, problem, memory_bytes }) {
  memoryBytes = memory_bytes;
  store.update({ engine: { phase: "ready", model, seconds, from, kept, note } });
  required("badge", HTMLElement).textContent = `${model.name} · ${megabytes(model.bytes)} MB · runs on this device`;
  notices.clear("model");
  if (problem) notices.show({ kind: "problem", purpose: "model", text: problem });
  announce("Ready.");
  startQueued();
}

/** Writes a story from the form, now or as soon as the model is there. */
function generate() {
  request(null, null);
}

/**
 * @param {Settings | null} settings  null for those of the form
 * @param {Expectation | null} expectation
 */
function request(settings, expectation) {
  const { engine, writing } = store.get();
  store.update({ queued: { settings, expectation } });
  if (writing) endStory();
  else if (engine.phase === "ready") startQueued();
  else announce("Will start when the model has loaded.");
}

/** Begins the story that waits, if there is one. */
async function startQueued() {
  // The examples count as earlier stories, so their texts have to be there first.
  await examplesLoaded;
  const { queued, engine, writing, entries, shown } = store.get();
  if (!queued || writing || engine.phase !== "ready") return;
  const settings = queued.settings ?? controls.read();
  latestId += 1;
  received = 0;
  shownBefore = shown;
  controls.settle();
  for (const purpose of /** @type {const} */ (["story", "copy", "choice"])) notices.clear(purpose);
  story.begin(settings);
  metrics.show(null);
  store.update({ queued: null, writing: { id: latestId, expectation: queued.expectation }, shown: null });
  announce("Writing…");
  if (!story.isVisible()) story.reveal();
  client.post({ type: "generate", id: latestId, settings, earlier: entries.map((entry) => entry.record.text) });
}

/** Ends the story being written, and drops the one that waits. */
function stop() {
  const { queued, writing } = store.get();
  if (queued) store.update({ queued: null });
  if (writing) endStory();
  else if (queued) announce("The waiting story was cancelled.");
}

/** Asks the worker to end the story at the next token. */
function endStory() {
  const { writing } = store.get();
  if (writing) client.post({ type: "stop", id: writing.id });
}

/** @param {DoneMessage} message */
function onDone(message) {
  const { id, memory_bytes, ...record } = message;
  memoryBytes = memory_bytes;
  const { entries, writing } = store.get();
  const number = entries.filter((entry) => entry.origin === "own").length + 1;
  const verdict = judge(writing?.expectation ?? null, record);
  /** @type {Entry} */
  const entry = { key: `own-${id}`, number, origin: "own", record, verdict };
  story.show(entry, { streamed: received === record.token_texts.length });
  metrics.show(record.metrics);
  store.update({ entries: [...entries, entry], shown: entry.key, writing: null });
  showInAddressBar(record.link);
  announce(summary(entry));
  startQueued();
}

/**
 * What a screen reader says when a story is finished.
 * @param {Entry} entry
 */
function summary({ record, verdict }) {
  const { session_novelty: novelty, mean_log_probability_bits: coherence } = record.metrics;
  const parts = [`Finished: ${count(record.token_ids.length)} tokens`];
  if (novelty !== null) parts.push(`novelty ${percent(novelty)}`);
  if (coherence !== null) parts.push(`coherence ${decimal(coherence, 2)} bits per token`);
  if (verdict) parts.push(verdict.text);
  return `${parts.join(", ")}.`;
}

/** What wrote the story that is shown. */
function showAbout() {
  const entry = shownEntry(store.get());
  about.show({ engine: engineFacts, memoryBytes, record: entry?.record ?? null, own: entry?.origin === "own" });
}

/** @param {ErrorMessage} message */
function onError({ id, code, message }) {
  const { writing, engine } = store.get();
  if (code === "panic" || code === "memory") {
    if (engine.phase === "failed") return; // the same failure, told twice
    stopEngine();
    breakOff();
    store.update({ engine: { phase: "failed", message, action: code === "panic" ? "Start again" : "Retry" } });
    return;
  }
  if (id !== null) {
    if (writing?.id !== id) return;
    notices.show({ kind: "problem", purpose: "story", text: message });
    breakOff();
    startQueued();
    return;
  }
  if (engine.phase === "ready") notices.show({ kind: "problem", purpose: "story", text: message });
  else {
    stopEngine();
    store.update({ engine: { phase: "failed", message, action: "Retry" } });
  }
}

/** Ends the story being written without a result. What stood there before comes back if nothing was written. */
function breakOff() {
  if (store.get().writing === null) return;
  store.update({ writing: null });
  const before = store.get().entries.find((entry) => entry.key === shownBefore);
  if (received === 0 && before) present(before);
  else story.interrupt();
  announce("The story was broken off.");
}

/**
 * Shows an entry in the story and metrics panels; the form stays as it is.
 * @param {Entry} entry
 */
function present(entry) {
  store.update({ shown: entry.key });
  story.show(entry, { streamed: false });
  metrics.show(entry.record.metrics);
}

/**
 * Shows a story again, with its settings and its link.
 * @param {string} key
 */
function choose(key) {
  const { entries, writing } = store.get();
  const entry = entries.find((candidate) => candidate.key === key);
  if (!entry) return;
  if (writing) {
    notices.show({ kind: "info", purpose: "choice", text: "A story is being written. Wait for its end, or stop it, to look at another one.", fleeting: true });
    return;
  }
  present(entry);
  controls.write(entry.record.settings);
  showInAddressBar(entry.record.link);
  announce(`${entryName(entry)} is shown, with its settings.`);
  if (!story.isVisible()) {
    notices.show({
      kind: "info",
      purpose: "choice",
      text: `${entryName(entry)} is shown, with its settings.`,
      fleeting: true,
      action: { text: "Read it", run: () => story.reveal() },
    });
  }
}

/**
 * Lets the worker read a link; before it can, the link waits.
 * @param {string} fragment
 */
function readLink(fragment) {
  unreadLink = fragment;
  if (!listening) return;
  linksAsked += 1;
  client.post({ type: "read_link", fragment });
}

/** @param {LinkReadMessage} message */
function onLinkRead({ settings, digest, model, engine_revision, problems }) {
  notices.clear("link");
  if (problems.length > 0) {
    notices.show({
      kind: "problem",
      purpose: "link",
      text: problems.length === 1 ? "A part of this link could not be used:" : "Some parts of this link could not be used:",
      list: problems,
    });
  }
  if (!settings) return;
  controls.write(settings);
  const name = model?.split("@")[0] || null;
  const { engine } = store.get();
  const loadedName = engine.phase === "ready" ? engine.model.name : null;
  request(settings, { digest, model, engine_revision });
  if (name === null || name === wantedModel) return;
  wantedModel = name;
  // A model that is loaded, or on its way, gives way to the one the link was made with.
  if (loadAsked && name !== loadedName) {
    breakOff();
    startEngine();
  }
}

/** Copies the link of the story shown, or of the settings when they have been changed since. */
async function copyLink() {
  const settings = controls.read();
  const entry = shownEntry(store.get());
  const shown = entry !== null && sameSettings(entry.record.settings, settings);
  const fragment = shown ? entry.record.link : await writeLink(settings);
  if (!fragment) {
    // While the engine runs, a later press has taken this one's place.
    if (!listening) say("The link can be made once the engine runs.");
    return;
  }
  const link = address(fragment);
  if (await copy(link)) {
    say(shown ? "Link copied." : "Link copied: these settings, not written yet.");
    return;
  }
  const field = linkField(link);
  notices.show({ kind: "info", purpose: "copy", text: "The browser does not let the page copy. Here is the link to copy:", content: field });
  field.focus();
}

/**
 * The link of settings without a story.
 * @param {Settings} settings
 * @returns {Promise<string | null>}
 */
function writeLink(settings) {
  if (!listening) return Promise.resolve(null);
  giveLinksUp();
  return new Promise((resolve) => {
    linkReceivers.push(resolve);
    client.post({ type: "write_link", settings, digest: null });
  });
}

/** Tells everybody who waits for a link that it does not come; the answers still on their way then reach nobody. */
function giveLinksUp() {
  for (const receive of linkReceivers) receive(null);
}

/** @param {() => void} restore */
function offerPrompt(restore) {
  notices.show({ kind: "info", purpose: "prompt", text: "The prompt you typed was replaced.", fleeting: true, action: { text: "Put it back", run: restore } });
}

/** Fetches the example stories and shows the first one until there is another. */
async function loadExamples() {
  try {
    const response = await fetch(new URL("example.json", import.meta.url));
    if (!response.ok) return;
    /** @type {StoryRecord[]} */
    const records = await response.json();
    const examples = records.map(
      /** @returns {Entry} */
      (record, index) => ({ key: `example-${index + 1}`, number: index + 1, origin: "example", record, verdict: null }),
    );
    store.update({ entries: [...examples, ...store.get().entries] });
    const first = examples[0];
    if (first && store.get().shown === null && store.get().writing === null) present(first);
  } catch {
    // Without its examples the page still works; the first story then has nothing to be compared with.
  }
}

/** @param {string} text */
function say(text) {
  controls.say(text);
  announce(text);
}

/** @param {string} text */
function announce(text) {
  announcer.textContent = text;
}
