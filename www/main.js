// Wires the page: the session does the work and changes the store, the store changes the views, the views ask for work.
import { keepForOffline } from "./offline.js";
import { required } from "./parts/dom.js";
import { count, megabytes } from "./parts/format.js";
import { createAdapters } from "./session/adapters.js";
import { createArchive } from "./session/archive.js";
import { createBranching } from "./session/branching.js";
import { createChoosing } from "./session/choosing.js";
import { createEngine } from "./session/engine.js";
import { createCloud } from "./session/cloud.js";
import { loadExamples } from "./session/examples.js";
import { createLibraryClient } from "./session/library.js";
import { atRest, loadsByItself, thisDevice } from "./session/library-start.js";
import { createLinks } from "./session/links.js";
import { createLive } from "./session/live.js";
import { createLooking } from "./session/looking.js";
import { createMeasuring } from "./session/measuring.js";
import { watchShared } from "./session/shared.js";
import { createRewriting } from "./session/rewriting.js";
import { createShelf } from "./session/shelf.js";
import * as select from "./session/selectors.js";
import { initialState, sameSettings, shownEntry } from "./session/state.js";
import { createStore } from "./session/store.js";
import { titleOf } from "./session/title.js";
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
import { createShared } from "./views/shared.js";
import { createStory } from "./views/story.js";
import { createTelling } from "./views/telling.js";
import { explainTerms } from "./views/terms.js";
import { createTree } from "./views/tree.js";

/** Milliseconds after which the page is shown without a story. */
const SHOWN_WITHIN = 800;

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
    story.describe(chain);
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
    const { shown, live: rewritten } = store.get();
    if (shown === key && rewritten === null) metrics.progress(done);
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
  void library.offer(model.name, file, { isWanted: loadsByItself(thisDevice()), rest: () => atRest(store) });
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
    controls.settle(settings);
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
    compareWithForm();
  },
  onMove: session.move,
  onRest: session.rest,
  onEdit: compareWithForm,
  onLive: session.chooseLive,
  onAdapter: adapters.bring,
  onAdapterFiles: adapters.open,
});
const libraryView = createLibrary({ onOpen: library.open, onStop: library.stop });
const books = createBooks();
const compare = createCompare({ root: required("compare", HTMLElement), onPin: session.pin });
const story = createStory({
  root: required("story", HTMLElement),
  wordsRoot: required("words", HTMLElement),
  onOpenSpan: openSpan,
  onPosition: session.setPosition,
  onEnter: () => lens.enter(),
  onRate: (key, rating) => shelf.edit(key, { rating }),
});
const lens = createLens({
  root: required("lens", HTMLElement),
  settings: controls.read(),
  look: session.look,
  stalled: session.stalled,
  encode: session.encode,
  onBranch: session.branch,
  onClose: () => session.setPosition(null),
  onEnd: session.setPosition,
  onReturn: (scroll) => story.returnToWord({ scroll }),
});
const metrics = createMetrics({
  root: required("metrics", HTMLElement),
  tableRoot: required("all-numbers", HTMLDetailsElement),
  library: libraryView.node,
  books: libraryView.books,
});
const overview = createOverview({
  mapRoot: required("map", HTMLElement),
  tableRoot: required("generations", HTMLElement),
  onChoose: session.choose,
  onCloud: session.openOfCloud,
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
store.select(select.shownAndWriting, ({ shown, writing: now, live: rewritten }, last) => {
  const { shown: before, writing: then } = last;
  const isBack = last.live && !rewritten;
  // While a rewrite stands there, nothing that is learned of the entry belongs to it.
  if (shown && !rewritten) {
    if (isBack || shown.key !== before?.key) {
      // What was streamed stays on the page, with the reader's place in it.
      story.show(shown, { streamed: then && !now && writing.received() === shown.record.token_texts.length });
      if (isBack) story.mark(store.get().position);
    } else if (shown.spans !== before?.spans) story.showSpans(shown.spans);
    if (shown.rating !== before?.rating) story.judged(shown);
  }
  compareWithForm();
});
store.select(select.onStage, ({ live: rewritten }, { live: before }) => {
  if (!rewritten) return;
  // More numbers of the same story may come later.
  if (rewritten.record.token_ids === before?.record.token_ids) story.showSpans(rewritten.spans);
  else story.rewrite(rewritten);
  metrics.attribute(rewritten.record.settings);
  metrics.show(rewritten.record, false);
  compareWithForm();
});
store.select(({ liveMode }) => liveMode, controls.showLive);
store.select(({ bands }) => bands, metrics.showBands);
store.select((state) => select.shownCloud(state)?.mean ?? null, metrics.showMean);
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
store.select(
  ({ entries }) => entries.filter(({ origin }) => origin === "own").length,
  (own) => {
    required("my-stories-state", HTMLElement).textContent =
      own === 0
        ? "None yet: the stories that you write are kept here."
        : own === 1
          ? "1 story"
          : `${count(own)} stories`;
  },
);
store.select(select.entriesAndShown, tree.show);
store.select(select.compared, compare.show);
store.select(({ keeping }) => keeping, history.showKeeping);
store.select((state) => {
  const { record = null, origin } = shownEntry(state) ?? {};
  return { ...engine.facts(), record, own: origin === "own" };
}, about.show);

store.select(titleOf, (title) => {
  document.title = title;
});
const shared = createShared();
required("story-heading", HTMLElement).parentElement?.append(shared.node);
watchShared(store, shared.show);

// It pins what the panel shows, so it stands at its head.
required("story-actions", HTMLElement).append(compare.toggle);
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
// The page is shown with its first story, so that nothing jumps; on a slow connection, before that.
void Promise.race([examples, new Promise((resolve) => setTimeout(resolve, SHOWN_WITHIN))]).then(() =>
  requestAnimationFrame(() => document.querySelector("main")?.removeAttribute("data-empty")),
);
explainTerms();
engine.start();
required("unstarted", HTMLElement).remove();

/** Marks story and numbers as old where the form says something else than what wrote them. */
function compareWithForm() {
  const { record } = select.onStage(store.get());
  // The form has no words that were put in by hand.
  const isOld =
    record !== null &&
    store.get().writing === null &&
    // While a control moves, the next rewrite is on its way.
    store.get().live === null &&
    controls.isTouched() &&
    !sameSettings({ ...record.settings, forced: [] }, controls.read());
  story.setOld(isOld);
  metrics.setOld(isOld);
}

/**
 * Shows the books that hold a span.
 * @param {string} span
 */
async function openSpan(span) {
  books.show(span, await library.find(span));
}
