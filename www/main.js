// Wires the page: the session does the work and changes the store, the store changes the views, the views ask for work.
import { required } from "./parts/dom.js";
import { count, megabytes } from "./parts/format.js";
import { createBranching } from "./session/branching.js";
import { createChoosing } from "./session/choosing.js";
import { createEngine } from "./session/engine.js";
import { loadExamples } from "./session/examples.js";
import { createLibraryClient } from "./session/library.js";
import { linkField } from "./session/link.js";
import { createLinks } from "./session/links.js";
import { createLooking } from "./session/looking.js";
import { createMeasuring } from "./session/measuring.js";
import { createStore, entryName, initialState, shownEntry } from "./session/state.js";
import { createWriting } from "./session/writing.js";
import { createAbout } from "./views/about.js";
import { createBooks } from "./views/books.js";
import { createControls } from "./views/controls.js";
import { createLibrary } from "./views/library.js";
import { createLoader } from "./views/loader.js";
import { createMap } from "./views/map.js";
import { createMetrics, summaryOf } from "./views/metrics.js";
import { createNotices } from "./views/notices.js";
import { createStory } from "./views/story.js";
import { createTable } from "./views/table.js";

/**
 * @import { Entry } from "./session/state.js"
 */

const store = createStore(initialState);
const notices = createNotices({ container: required("notices", HTMLElement) });
const announcer = required("announcer", HTMLElement);
const manifestUrl = new URL("models/index.json", document.baseURI).href;

/** @param {string} text */
function announce(text) {
  announcer.textContent = text;
}

/** @param {string} text */
function say(text) {
  controls.say(text);
  announce(text);
}

// The session: what the reader can do.
const examples = loadExamples(store);
const engine = createEngine({
  store,
  manifestUrl,
  onDescribed: ({ limits, defaults }) => controls.setLimits(limits, defaults),
  onProblem: ({ message }) => notices.show({ kind: "problem", purpose: "story", text: message }),
});
const library = createLibraryClient({
  manifestUrl,
  onState: (state) => libraryView.show(state),
  onReady() {
    store.update({ libraryReady: true });
    measuring.trace(store.get().entries);
    announce("The library is open.");
  },
  onGone() {
    measuring.forget();
    store.update({ libraryReady: false });
  },
  onTraced: (message) => measuring.onTraced(message),
});
const measuring = createMeasuring({
  store,
  engine,
  library,
  onLive: (numbers) => metrics.show(numbers, false),
  onProgress(key, done) {
    if (store.get().shown === key) metrics.progress(done);
  },
});
engine.on("ready", ({ model, library: file, problem }) => {
  void library.offer(model.name, file);
  required("badge", HTMLElement).textContent = `${model.name} · ${megabytes(model.bytes)} MB · runs on this device`;
  notices.clear("model");
  if (problem) notices.show({ kind: "problem", purpose: "model", text: problem });
  announce("Ready.");
});
const writing = createWriting({
  store,
  engine,
  measuring,
  readSettings: () => controls.read(),
  earlier: examples,
  onBegin(settings) {
    controls.settle();
    for (const purpose of /** @type {const} */ (["story", "copy", "choice"])) notices.clear(purpose);
    story.begin(settings);
    metrics.show(null);
    if (!story.isVisible()) story.reveal();
  },
  onToken: (message) => story.append(message.text, message.surprisal_bits),
  onFinished: (entry) => announce(summary(entry)),
  onBrokenOff: () => story.interrupt(),
  onRefused: (text) => notices.show({ kind: "problem", purpose: "story", text }),
  announce,
});
const links = createLinks({
  store,
  engine,
  writing,
  readSettings: () => controls.read(),
  writeSettings: (settings) => controls.write(settings),
  onProblems(problems) {
    notices.clear("link");
    const text = problems.length === 1 ? "A part of this link could not be used:" : "Some parts of this link could not be used:";
    if (problems.length > 0) notices.show({ kind: "problem", purpose: "link", text, list: problems });
  },
  onUncopied(link) {
    const field = linkField(link);
    notices.show({ kind: "info", purpose: "copy", text: "The browser does not let the page copy. Here is the link to copy:", content: field });
    field.focus();
  },
  say,
});
const choosing = createChoosing({
  store,
  writeSettings: (settings) => controls.write(settings),
  onChosen(entry) {
    if (story.isVisible()) return;
    const text = `${entryName(entry)} is shown, with its settings.`;
    notices.show({ kind: "info", purpose: "choice", text, fleeting: true, action: { text: "Read it", run: () => story.reveal() } });
  },
  onBusy: () => notices.show({ kind: "info", purpose: "choice", text: "A story is being written. Wait for its end, or stop it, to look at another one.", fleeting: true }),
  announce,
});
const branching = createBranching({
  store,
  writing,
  writeSettings: (settings) => controls.write(settings),
  onRefused: (text) => notices.show({ kind: "problem", purpose: "story", text }),
});
const looking = createLooking({ store, engine });

/** Everything that views may ask for. */
const session = {
  generate: writing.generate,
  stop: writing.stop,
  copyLink: links.copyLink,
  askMeans: measuring.askMeans,
  ...choosing,
  ...branching,
  ...looking,
};

// The views: what the reader sees.
const loader = createLoader({ onRetry: engine.start });
required("loader", HTMLElement).append(loader.node);
const controls = createControls({ onGenerate: session.generate, onStop: session.stop, onCopyLink: session.copyLink, onPromptReplaced: offerPrompt });
const libraryView = createLibrary({ onOpen: library.open });
const books = createBooks();
const story = createStory({ root: required("story", HTMLElement), onOpenSpan: openSpan });
const metrics = createMetrics({ library: libraryView.node });
required("metrics", HTMLElement).append(...metrics.nodes);
const map = createMap({ root: required("map", HTMLElement), onChoose: session.choose, askMeans: session.askMeans });
const table = createTable({ onChoose: session.choose });
const about = createAbout({ root: required("about", HTMLElement) });
const tableHeading = document.createElement("h2");
tableHeading.textContent = "Generations";
required("generations", HTMLElement).append(tableHeading, table.node);

store.subscribe((state, previous) => {
  const shown = shownEntry(state);
  const before = shownEntry(previous);
  if (state.engine !== previous.engine) loader.show(state.engine);
  if (state.engine.phase !== previous.engine.phase || state.writing !== previous.writing || state.queued !== previous.queued) {
    controls.setActivity({ phase: state.engine.phase, writing: state.writing !== null, queued: state.queued !== null });
  }
  if (shown && shown.key !== before?.key) {
    // What was streamed stays on the page, with the reader's place in it.
    const streamed = previous.writing !== null && state.writing === null && writing.received() === shown.record.token_texts.length;
    story.show(shown, { streamed });
  } else if (shown && shown.spans !== before?.spans) story.showSpans(shown.spans);
  if (shown && (shown.key !== before?.key || shown.record !== before.record || shown.finished !== before.finished)) {
    metrics.show(shown.record, shown.finished);
  }
  if (state.entries !== previous.entries || state.shown !== previous.shown || state.bands !== previous.bands || state.libraryReady !== previous.libraryReady) {
    map.show(state.entries, state.shown, state.bands, state.libraryReady);
    table.show(state.entries, state.shown);
  }
  if (state.shown !== previous.shown || state.engine.phase !== previous.engine.phase) {
    about.show({ ...engine.facts(), record: shown?.record ?? null, own: shown?.origin === "own" });
  }
});

loader.show(store.get().engine);
controls.setActivity({ phase: "starting", writing: false, queued: false });
required("skip", HTMLAnchorElement).addEventListener("click", (event) => {
  // Followed as a link, it would put a fragment into the address bar, where the story's own belongs.
  event.preventDefault();
  required("story-heading", HTMLElement).focus({ preventScroll: true });
  story.reveal();
});
void examples.then((entries) => {
  measuring.trace(entries);
  const [first] = entries;
  const { shown, writing: now } = store.get();
  if (first && shown === null && now === null) store.update({ shown: first.key });
});
engine.start();

/**
 * Shows the books that hold a span.
 * @param {string} span
 */
async function openSpan(span) {
  books.show(span, await library.find(span));
}

/** @param {() => void} restore */
function offerPrompt(restore) {
  notices.show({ kind: "info", purpose: "prompt", text: "The prompt you typed was replaced.", fleeting: true, action: { text: "Put it back", run: restore } });
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
