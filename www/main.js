// Wires the page: the session does the work and changes the store, the store changes the views, the views ask for work.
import { keepForOffline } from "./offline.js";
import { required } from "./parts/dom.js";
import { fitSettings } from "./parts/fit.js";
import { megabytes } from "./parts/format.js";
import { createAdapters } from "./session/adapters.js";
import { createArchive } from "./session/archive.js";
import { createBranching } from "./session/branching.js";
import { createChoosing } from "./session/choosing.js";
import { createEngine } from "./session/engine.js";
import { createCloud } from "./session/cloud.js";
import { loadExamples } from "./session/examples.js";
import { createLibraryClient } from "./session/library.js";
import { createLinks } from "./session/links.js";
import { createLive } from "./session/live.js";
import { createLooking } from "./session/looking.js";
import { createMeasuring } from "./session/measuring.js";
import { createRewriting } from "./session/rewriting.js";
import { createShelf } from "./session/shelf.js";
import * as select from "./session/selectors.js";
import { initialState, shownEntry } from "./session/state.js";
import { createStore } from "./session/store.js";
import { isSameAdapter } from "./parts/names.js";
import { EARLIER, createWriting } from "./session/writing.js";
import { createAbout } from "./views/about.js";
import { createBooks } from "./views/books.js";
import { createCompare } from "./views/compare.js";
import { createControls } from "./views/controls.js";
import { createHistory } from "./views/history.js";
import { createLens } from "./views/lens.js";
import { createLibrary } from "./views/library.js";
import { createLoader } from "./views/loader.js";
import { learnMetrics } from "./views/metric-list.js";
import { createMetrics } from "./views/metrics.js";
import { createNotices } from "./views/notices.js";
import { OVERVIEW, createOverview } from "./views/overview.js";
import { createStory } from "./views/story.js";
import { createTelling } from "./views/telling.js";
import { createTree } from "./views/tree.js";

const store = createStore(initialState);
const tell = createTelling({
  notices: createNotices({ container: required("notices", HTMLElement) }),
  announcer: required("announcer", HTMLElement),
});
const { announce } = tell;
const manifestUrl = new URL("models/index.json", document.baseURI).href;

// The session: what the reader can do.
const examples = loadExamples(store);
const archive = createArchive({
  store,
  onLost: (why) => tell.lost(why, () => shelf.exportJson()),
  onKept: tell.kept,
  onLate: () => measuring.trace(store.get().entries),
});
const engine = createEngine({
  store,
  manifestUrl,
  onDescribed({ limits, defaults, chain, metrics: described }) {
    learnMetrics(described);
    metrics.describe();
    overview.describe();
    controls.setLimits(limits, defaults, chain);
  },
  onProblem: ({ message }) => tell.refused(message),
});
const library = createLibraryClient({
  manifestUrl,
  onState: (state) => libraryView.show(state),
  onReady() {
    store.update({ libraryReady: true });
    measuring.trace(store.get().entries);
    announce("The library is open.");
  },
  onGone: () => store.update({ libraryReady: false }),
});
const measuring = createMeasuring({
  store,
  engine,
  library,
  onLive(numbers) {
    if (!select.writingQuietly(store.get())) metrics.show(numbers, false);
  },
  onProgress(key, done) {
    if (store.get().shown === key) metrics.progress(done);
  },
});
const adapters = createAdapters({
  store,
  engine,
  manifestUrl,
  onOpened(adapter) {
    const { awaited } = store.get();
    if (awaited && !awaited.offered && !isSameAdapter(awaited.id, adapter.id))
      return tell.otherAdapter(adapter.id, awaited.id, controls.adapter.pick);
    tell.adapterOpened(adapter);
    controls.adapter.choose(adapter.id);
  },
  onRefused: tell.adapterRefused,
});
engine.on("ready", keepForOffline);
engine.on("ready", ({ model, library: file, problem }) => {
  void library.offer(model.name, file);
  required("badge", HTMLElement).textContent = `${model.name} · ${megabytes(model.bytes)} MB · runs on this device`;
  tell.ready(problem);
});
const writing = createWriting({
  store,
  engine,
  adapters,
  measuring,
  readSettings: () => controls.read(),
  earlier: Promise.all([examples, archive.restored]),
  onBegin(settings) {
    controls.settle();
    tell.begun();
    // The last rewrite stands there until the entry, which is the same story, takes its place.
    if (select.standsAlready(store.get(), settings)) return;
    story.begin(settings);
    metrics.attribute(settings);
    metrics.show(null, false);
    if (!story.isVisible()) story.reveal();
  },
  onTokens(message) {
    if (!select.writingQuietly(store.get())) story.append(message);
  },
  onFinished: tell.finished,
  onBrokenOff() {
    story.interrupt();
    metrics.show(measuring.live());
  },
  onRefused: tell.refused,
  onReread: (settings) => controls.write(settings),
  onRepaired: tell.linkRepaired,
  announce,
});
const links = createLinks({
  store,
  engine,
  writing,
  readSettings: () => controls.read(),
  writeSettings: (settings) => controls.write(settings),
  onRead: tell.linkRead,
  onUncopied: tell.uncopied,
  say(text) {
    controls.say(text);
    announce(text);
  },
});
const choosing = createChoosing({
  store,
  writeSettings: (settings) => controls.write(settings),
  onChoosing: writing.hold,
  onChosen(entry) {
    if (!story.isVisible()) tell.chosen(entry, () => story.reveal());
  },
  onPinned: (entry) => tell.pinned(entry, () => compare.reveal()),
  onBusy: tell.busy,
  announce,
});
const branching = createBranching({
  store,
  writing,
  writeSettings: (settings) => controls.write(settings),
  onRefused: tell.refused,
});
const rewriting = createRewriting({ store, engine, adapters });
const live = createLive({ store, engine, rewriting, measuring, writing, readSettings: () => controls.read() });
const cloud = createCloud({
  store,
  engine,
  rewriting,
  measuring,
  writing,
  writeSettings: (settings) => controls.write(settings),
});
const looking = createLooking({ store, engine, adapters });
const shelf = createShelf({
  store,
  archive,
  onRemoved: (entry, undo) =>
    tell.removed(entry, () => {
      undo();
      history.reach(entry.key);
    }),
  onImported(imported) {
    measuring.trace(imported.added);
    tell.imported(imported);
  },
});

/** Everything that views may ask for. */
const session = {
  generate: writing.generate,
  stop: writing.stop,
  move: live.move,
  rest: live.rest,
  chooseLive: live.choose,
  openOfCloud: cloud.open,
  writeCloud: cloud.write,
  copyLink: links.copyLink,
  askMeans: measuring.askMeans,
  ...choosing,
  ...branching,
  ...looking,
};

// The views: what the reader sees.
const loader = createLoader({ onRetry: engine.start });
required("loader", HTMLElement).append(loader.node);
const controls = createControls({
  onGenerate: session.generate,
  onStop: session.stop,
  onCopyLink: session.copyLink,
  onPromptReplaced: tell.promptReplaced,
  onChange(settings) {
    lens.aim(settings);
    writing.reconsider();
  },
  onAdapter: adapters.bring,
  onAdapterFiles: adapters.open,
});
fitSettings();
const libraryView = createLibrary({ onOpen: library.open });
const books = createBooks();
const compare = createCompare({ root: required("compare", HTMLElement), onPin: session.pin });
const story = createStory({
  root: required("story", HTMLElement),
  onOpenSpan: openSpan,
  onPosition: session.setPosition,
  onEnter: () => lens.enter(),
});
const lens = createLens({
  root: required("lens", HTMLElement),
  settings: controls.read(),
  look: session.look,
  stalled: session.stalled,
  encode: session.encode,
  onBranch: session.branch,
  onClose: () => session.setPosition(null),
  onReturn: (scroll) => story.returnToWord({ scroll }),
});
const metrics = createMetrics({ library: libraryView.node });
required("metrics", HTMLElement).append(...metrics.nodes);
const overview = createOverview({
  mapRoot: required("map", HTMLElement),
  tableRoot: required("generations", HTMLElement),
  onChoose: session.choose,
  onBrush: session.setBrush,
  askMeans: session.askMeans,
});
const history = createHistory({
  root: required("history", HTMLElement),
  earlier: EARLIER,
  onChoose: session.choose,
  onEdit: shelf.edit,
  onDelete: shelf.remove,
  onDeleteAll: shelf.removeAll,
  onExportJson: shelf.exportJson,
  onExportCsv: shelf.exportCsv,
  onImport: shelf.importFile,
});
const tree = createTree({ root: required("tree", HTMLElement), onChoose: session.choose });
const about = createAbout({ root: required("about", HTMLElement) });

store.select(select.engineAndSilence, loader.show);
store.select(select.activity, controls.setActivity);
store.select(({ adapters: all }) => all, controls.adapter.show);
store.select(select.wantedAdapter, (id) =>
  tell.adapterAwaited(id, select.otherModel(store.get()), controls.adapter.pick),
);
store.select(select.shownAndWriting, ({ shown, writing: now }, { shown: before, writing: then }) => {
  if (shown && shown.key !== before?.key) {
    // What was streamed stays on the page, with the reader's place in it.
    story.show(shown, { streamed: then && !now && writing.received() === shown.record.token_texts.length });
  } else if (shown && shown.spans !== before?.spans) story.showSpans(shown.spans);
});
store.select(select.shownPosition, ({ position }) => story.mark(position));
store.select(select.lens, lens.show);
store.select(select.shownNumbers, ({ record, finished = false }) => {
  if (!record) return;
  metrics.attribute(record.settings);
  metrics.show(record, finished);
});
store.select(
  (state) => OVERVIEW.map((part) => state[part]),
  () => overview.show(store.get()),
);
store.select(select.entriesAndShown, history.show);
store.select(select.entriesAndShown, tree.show);
store.select(select.compared, compare.show);
store.select(({ keeping }) => keeping, history.showKeeping);
store.select((state) => {
  const { record = null, origin } = shownEntry(state) ?? {};
  return { ...engine.facts(), record, own: origin === "own" };
}, about.show);

// It pins what the panel shows, so it stands at its head.
required("story-heading", HTMLElement).after(compare.toggle);
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
void archive.restored.then(() => measuring.trace(store.get().entries));
engine.start();
required("unstarted", HTMLElement).remove();

/**
 * Shows the books that hold a span.
 * @param {string} span
 */
async function openSpan(span) {
  books.show(span, await library.find(span));
}
