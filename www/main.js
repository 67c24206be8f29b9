// Wires the page: messages from the worker change the store, the store changes the views, the views ask for work.
import { createAbout } from "./views/about.js";
import { createBooks } from "./views/books.js";
import { createControls } from "./views/controls.js";
import { required } from "./parts/dom.js";
import { count, megabytes } from "./parts/format.js";
import { address, copy, judge, linkField, showInAddressBar } from "./session/link.js";
import { createLibrary } from "./views/library.js";
import { createLoader } from "./views/loader.js";
import { createMap } from "./views/map.js";
import { createMetrics, summaryOf } from "./views/metrics.js";
import { createNotices } from "./views/notices.js";
import { createStore, entryName, initialState, mergeNumbers, nothingKept, sameSettings, shownEntry, withNumbers } from "./session/state.js";
import { createStory } from "./views/story.js";
import { createTable } from "./views/table.js";
import { createWorkerClient, missingFeature } from "./session/worker-client.js";

/**
 * @import { DoneMessage, ErrorMessage, FromWorker, LinkReadMessage, Mean, Numbers, ReadyMessage, Settings, StoryRecord, TracedMessage } from "./protocol.js"
 * @import { Entry, Expectation } from "./session/state.js"
 */

const store = createStore(initialState);
const client = createWorkerClient({ onMessage });
const notices = createNotices({ container: required("notices", HTMLElement) });
const announcer = required("announcer", HTMLElement);

const loader = createLoader({ onRetry: startEngine });
required("loader", HTMLElement).append(loader.node);
const controls = createControls({ onGenerate: generate, onStop: stop, onCopyLink: copyLink, onPromptReplaced: offerPrompt });
const manifestUrl = new URL("models/index.json", document.baseURI).href;
const library = createLibrary({ manifestUrl, onReady: traceAll, onGone: () => store.update({ libraryReady: false }), onTraced });
const books = createBooks();
const story = createStory({ root: required("story", HTMLElement), onOpenSpan: openSpan });
const metrics = createMetrics({ library: library.node });
required("metrics", HTMLElement).append(...metrics.nodes);
const map = createMap({ root: required("map", HTMLElement), onChoose: choose, askMeans });
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
  if (state.entries !== previous.entries || state.shown !== previous.shown || state.bands !== previous.bands || state.libraryReady !== previous.libraryReady) {
    map.show(state.entries, state.shown, state.bands, state.libraryReady);
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
/** What the worker said of its engine. @type {{ name: string, revision: number } | null} */
let engineFacts = null;
/** What multiplies its integers. @type {string | null} */
let kernel = null;
/** What the engine holds, as it said last. @type {number | null} */
let memoryBytes = null;
/** The numbers of the story being written, from both workers. @type {Numbers} */
let live = { numbers: {}, percentiles: {} };
/** Text of the story being written. */
let liveText = "";
/** Who waits for means, in the order of asking. @type {((means: (Mean | null)[]) => void)[]} */
let meansReceivers = [];
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
  for (const receive of meansReceivers) receive([]);
  meansReceivers = [];
  // No second reading goes on without its worker.
  store.update({ entries: store.get().entries.map((entry) => (entry.finished ? entry : { ...entry, finished: true })) });
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
  client.post({ type: "load", manifest_url: manifestUrl, model: wantedModel });
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
      liveText += message.text;
      story.append(message.text, message.surprisal_bits);
      break;
    case "metrics":
      if (current) onNumbers(message);
      break;
    case "measuring":
      if (store.get().shown === `own-${message.id}`) metrics.progress(message.done);
      break;
    case "measured":
      onMeasured(`own-${message.id}`, message);
      break;
    case "means":
      meansReceivers.shift()?.(message.means);
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
function onReady({ model, seconds, from, kept, note, problem, ...facts }) {
  kernel = facts.kernel;
  memoryBytes = facts.memory_bytes;
  store.update({ engine: { phase: "ready", model, seconds, from, kept, note }, bands: facts.bands });
  void library.offer(model.name, facts.library);
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
  live = { numbers: {}, percentiles: {} };
  liveText = "";
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

/**
 * Numbers of the story being written.
 * @param {Numbers} more
 */
function onNumbers(more) {
  live = mergeNumbers(live, more);
  metrics.show(live, false);
  trace(LIVE + latestId, liveText, received, live);
}

/** @param {DoneMessage} message */
function onDone(message) {
  const { id, memory_bytes, ...record } = message;
  memoryBytes = memory_bytes;
  const { entries, writing } = store.get();
  if (record.token_ids.length === 0) {
    breakOff();
    startQueued();
    return;
  }
  const number = entries.filter((entry) => entry.origin === "own").length + 1;
  const verdict = judge(writing?.expectation ?? null, record);
  /** @type {Entry} */
  const entry = { key: `own-${id}`, number, origin: "own", record: { ...record, ...mergeNumbers(live, record) }, verdict, spans: null, finished: false, ...nothingKept, created: Date.now() };
  story.show(entry, { streamed: received === record.token_texts.length });
  metrics.show(entry.record, false);
  store.update({ entries: [...entries, entry], shown: entry.key, writing: null });
  showInAddressBar(record.link);
  announce(summary(entry));
  traceEntry(entry);
  startQueued();
}

/**
 * More numbers of a finished story.
 * @param {string} key
 * @param {Numbers} more
 */
function onMeasured(key, more) {
  store.update({ entries: withNumbers(store.get().entries, key, more, { finished: true }) });
  showNumbers(key);
}

/**
 * Shows the numbers of an entry, if it is the one in the story panel.
 * @param {string} key
 */
function showNumbers(key) {
  const entry = shownEntry(store.get());
  if (entry?.key === key) metrics.show(entry.record, entry.finished);
}

/** Marks the story being written among the texts that the library was asked about. */
const LIVE = "live-";
/** What the library was asked about and has not answered, by the number of the question. @type {Map<number, string>} */
const traced = new Map();
let questions = 0;

/**
 * @param {string} key
 * @param {string} text
 * @param {number} tokens
 * @param {Numbers} known
 */
function trace(key, text, tokens, known) {
  if (!library.ready()) return;
  questions += 1;
  traced.set(questions, key);
  library.trace({ id: questions, text, tokens, coherence: known.numbers["coherence"] ?? null });
}

/** @param {Entry} entry */
function traceEntry({ key, record }) {
  trace(key, record.text, record.token_ids.length, record);
}

/** The library has been opened: everything there is can be held against it. */
function traceAll() {
  store.update({ libraryReady: true });
  const { entries, engine } = store.get();
  const model = engine.phase === "ready" ? `${engine.model.name}@` : "";
  // Stories of another model have read other books.
  for (const entry of entries) if (entry.record.model.startsWith(model)) traceEntry(entry);
  announce("The library is open.");
}

/** @param {TracedMessage} message */
function onTraced(message) {
  const key = traced.get(message.id);
  traced.delete(message.id);
  if (key === undefined) return;
  if (key.startsWith(LIVE)) {
    if (store.get().writing === null || key !== LIVE + latestId) return;
    live = mergeNumbers(live, message);
    metrics.show(live, false);
    return;
  }
  store.update({ entries: withNumbers(store.get().entries, key, message, { spans: message.spans }) });
  showNumbers(key);
  const entry = shownEntry(store.get());
  if (entry?.key === key) story.showSpans(message.spans);
}

/**
 * Shows the books that hold a span.
 * @param {string} span
 */
async function openSpan(span) {
  books.show(span, await library.find(span));
}

/**
 * The means of some lists of numbers, with their intervals.
 * @param {number[][]} lists
 * @returns {Promise<(Mean | null)[]>}
 */
function askMeans(lists) {
  if (!listening) return Promise.resolve(lists.map(() => null));
  return new Promise((resolve) => {
    meansReceivers.push(resolve);
    client.post({ type: "means", id: meansReceivers.length, lists });
  });
}

/**
 * What a screen reader says when a story is finished.
 * @param {Entry} entry
 */
function summary({ record, verdict }) {
  const numbers = summaryOf(record);
  const parts = [`Finished: ${count(record.token_ids.length)} tokens`, ...(numbers ? [numbers] : [])];
  if (verdict) parts.push(verdict.text);
  return `${parts.join(", ")}.`;
}

/** What wrote the story that is shown. */
function showAbout() {
  const entry = shownEntry(store.get());
  about.show({ engine: engineFacts, kernel, memoryBytes, record: entry?.record ?? null, own: entry?.origin === "own" });
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
  announce(received === 0 ? "No story was written." : "The story was broken off.");
}

/**
 * Shows an entry in the story and metrics panels; the form stays as it is.
 * @param {Entry} entry
 */
function present(entry) {
  store.update({ shown: entry.key });
  story.show(entry, { streamed: false });
  metrics.show(entry.record, entry.finished);
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
      (record, index) => ({ key: `example-${index + 1}`, number: index + 1, origin: "example", record, verdict: null, spans: null, finished: true, ...nothingKept }),
    );
    store.update({ entries: [...examples, ...store.get().entries] });
    if (library.ready()) examples.forEach(traceEntry);
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
