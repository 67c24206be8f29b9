// The service worker: after one visit the page opens without a network. It asks the server first, so that a reader who
// is online always sees the newest page, and answers from its own copy when the server cannot be reached.
// Models are not its business: the story engine keeps those itself, checked by their SHA-256.

/** Of all files below, written by `node scripts/offline.mjs`: so a new page is a new service worker, with a copy of its own. */
const VERSION = "dbc5c31c6ff97ab1";

/** Of the engine's two modules, the one that www/parts/features.js chooses here, by the same probe. */
const ENGINE = WebAssembly.validate(
  new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 0, 253, 15, 65, 0, 253, 15,
    65, 0, 253, 15, 253, 147, 2, 11,
  ]),
)
  ? "pkg/fabula_relaxed"
  : "pkg/fabula";

/** Everything the page is made of; tests/browser/offline.test.mjs compares it with the folders. */
const FILES = [
  `${ENGINE}.js`,
  `${ENGINE}_bg.wasm`,
  "./",
  "models/index.json",
  "docs/experiments/sampling-window.svg",
  "experiments.html",
  "methods.html",
  "pages/about.html",
  "pages/glossary.html",
  "pages/poet.html",
  "www/example.json",
  "www/experiments/judge/amount.js",
  "www/experiments/judge/appraisal.js",
  "www/experiments/judge/csv.js",
  "www/experiments/judge/drafts.js",
  "www/experiments/judge/effects-table.js",
  "www/experiments/judge/form.js",
  "www/experiments/judge/items.js",
  "www/experiments/judge/judge.js",
  "www/experiments/judge/passage.js",
  "www/experiments/judge/plot.js",
  "www/experiments/judge/protocol.js",
  "www/experiments/judge/ratings.js",
  "www/experiments/judge/results.js",
  "www/experiments/judge/rounds.js",
  "www/experiments/judge/weights.js",
  "www/experiments/list.js",
  "www/experiments/main.js",
  "www/experiments/poet/measure.js",
  "www/experiments/poet/poet.js",
  "www/experiments/poet/protocol.js",
  "www/experiments/poet/side-by-side.js",
  "www/experiments/poet/usual.js",
  "www/experiments/sampling/cell-stories.js",
  "www/experiments/sampling/form.js",
  "www/experiments/sampling/heatmap.js",
  "www/experiments/sampling/numbers.js",
  "www/experiments/sampling/plots.js",
  "www/experiments/sampling/protocol.js",
  "www/experiments/sampling/sampling.js",
  "www/experiments/session/analyst.js",
  "www/experiments/session/conduct.js",
  "www/experiments/session/description.js",
  "www/experiments/session/manifest.js",
  "www/experiments/session/pool.js",
  "www/experiments/session/promise.js",
  "www/experiments/session/results.js",
  "www/experiments/session/sweep.js",
  "www/experiments/session/taking.js",
  "www/experiments/session/telling.js",
  "www/experiments/session/timing.js",
  "www/experiments/session/verdict.js",
  "www/experiments/views/chooser.js",
  "www/experiments/views/exports.js",
  "www/experiments/views/judgement.js",
  "www/experiments/views/plot-box.js",
  "www/experiments/views/protocol.js",
  "www/experiments/views/report.js",
  "www/experiments/views/run-panel.js",
  "www/icon.svg",
  "www/main.js",
  "www/offline.js",
  "www/parts/colours.js",
  "www/parts/confirm.js",
  "www/parts/dom.js",
  "www/parts/download.js",
  "www/parts/features.js",
  "www/parts/fit.js",
  "www/parts/format.js",
  "www/parts/names.js",
  "www/parts/scale.js",
  "www/parts/slider.js",
  "www/parts/svg-canvas.js",
  "www/session/adapter-download.js",
  "www/session/adapter-files.js",
  "www/session/adapters.js",
  "www/session/archive.js",
  "www/session/branching.js",
  "www/session/choosing.js",
  "www/session/csv.js",
  "www/session/engine.js",
  "www/session/examples.js",
  "www/session/exchange.js",
  "www/session/library.js",
  "www/session/link.js",
  "www/session/links.js",
  "www/session/looking.js",
  "www/session/measuring.js",
  "www/session/shelf.js",
  "www/session/state.js",
  "www/session/storage.js",
  "www/session/story-format.js",
  "www/session/verdict.js",
  "www/session/worker-client.js",
  "www/session/writing.js",
  "www/style/adapter.css",
  "www/style/chain.css",
  "www/style/compare.css",
  "www/style/experiments.css",
  "www/style/history.css",
  "www/style/judge.css",
  "www/style/map.css",
  "www/style/methods.css",
  "www/style/next-token.css",
  "www/style/page.css",
  "www/style/story.css",
  "www/style/tree.css",
  "www/vendor/idb.js",
  "www/vendor/plot.js",
  "www/views/about.js",
  "www/views/adapter-words.js",
  "www/views/adapter.js",
  "www/views/books.js",
  "www/views/candidates.js",
  "www/views/chain-stage.js",
  "www/views/chain-words.js",
  "www/views/chain.js",
  "www/views/compare-rows.js",
  "www/views/compare-text.js",
  "www/views/compare.js",
  "www/views/controls.js",
  "www/views/curve.js",
  "www/views/export-image.js",
  "www/views/filter-form.js",
  "www/views/history-row.js",
  "www/views/history.js",
  "www/views/lens.js",
  "www/views/lenses.js",
  "www/views/library.js",
  "www/views/loader.js",
  "www/views/map-brush.js",
  "www/views/map-drawing.js",
  "www/views/map-filter.js",
  "www/views/map-words.js",
  "www/views/map.js",
  "www/views/means.js",
  "www/views/metric-list.js",
  "www/views/metrics.js",
  "www/views/next-token.js",
  "www/views/notices.js",
  "www/views/overview.js",
  "www/views/pareto.js",
  "www/views/stage-table.js",
  "www/views/story-reading.js",
  "www/views/story-readout.js",
  "www/views/story-tokens.js",
  "www/views/story.js",
  "www/views/strip.js",
  "www/views/table-columns.js",
  "www/views/table.js",
  "www/views/telling.js",
  "www/views/token-card.js",
  "www/views/tree.js",
  "www/worker.js",
];

/** The folder that this page lives in; the key of a file is its address without a query. */
const ROOT = new URL("./", self.location.href);

/** Its copies; other folders of the server have others. */
const CACHES = `fabula-page ${ROOT.pathname} `;
const CACHE = CACHES + VERSION;
/** That of all versions before there were several. */
const FIRST = "fabula-page";

self.addEventListener("install", (event) => {
  // Past the HTTP cache, so that all files are of one version.
  const fresh = FILES.map((file) => new Request(new URL(file, ROOT), { cache: "reload" }));
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(fresh))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => event.waitUntil(forget().then(() => self.clients.claim())));

/** Copies of earlier pages. */
async function forget() {
  const old = (await caches.keys()).filter((name) => name === FIRST || (name.startsWith(CACHES) && name !== CACHE));
  await Promise.all(old.map((name) => caches.delete(name)));
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || !url.href.startsWith(ROOT.href)) return;
  const path = url.pathname.slice(ROOT.pathname.length);
  const file = path === "" || path === "index.html" ? "./" : path;
  if (FILES.includes(file)) event.respondWith(networkFirst(event.request, new URL(file, ROOT).href));
});

/**
 * @param {Request} request
 * @param {string} key
 */
async function networkFirst(request, key) {
  const kept = async () => {
    const found = await caches
      .open(CACHE)
      .then((cache) => cache.match(key))
      .catch(() => undefined);
    // A new one has the address that was asked for, with its query, from which a worker knows what it is to be.
    return found && new Response(found.body, found);
  };
  try {
    const response = await fetch(request);
    // A server in trouble is as good as none.
    return response.status < 500 ? response : ((await kept()) ?? response);
  } catch (error) {
    const copy = await kept();
    if (copy) return copy;
    throw error;
  }
}
