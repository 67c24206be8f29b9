// The service worker: after one visit the page opens without a network. It asks the server first, so that online users always
// see the newest page. If the server cannot be reached or does not answer, it answers from the cached copy. It does not cache
// models: the story engine does that itself, and checks their SHA-256.

/** The hash of FILES: a new version of the page has a new service worker, with its own copy. */
const VERSION = "8a9e95dadb9ab565";

/** The one of the engine's two modules that www/parts/features.js chooses in this browser, by the same probe. */
const ENGINE = WebAssembly.validate(
  new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 0, 253, 15, 65, 0, 253, 15,
    65, 0, 253, 15, 253, 147, 2, 11,
  ]),
)
  ? "pkg/fabula_relaxed"
  : "pkg/fabula";

/** Everything the page is made of, each file with the beginning of its SHA-256. Written by `node scripts/offline.mjs`. */
const FILES = {
  "./": "ad24c949c9e985a2",
  "pkg/fabula.js": "8bd617e6eb34c719",
  "pkg/fabula_bg.wasm": "126fdc037bfd69dd",
  "pkg/fabula_relaxed.js": "7937de37da404eb0",
  "pkg/fabula_relaxed_bg.wasm": "007667a65998f5aa",
  "docs/experiments/judge-differences.svg": "dda9a0e496a570d8",
  "docs/experiments/poet-strengths.svg": "6faf6ed43271ec16",
  "docs/experiments/sampling-cells.svg": "dd22354890eda2c9",
  "docs/experiments/sampling-lines.svg": "1e5f29fb68578e25",
  "docs/experiments/sampling-map.svg": "ef09d9eac5ecc408",
  "docs/experiments/sampling-window.svg": "b265c308108cc9f7",
  "experiments.html": "a2540eb893013e76",
  "methods.html": "136c9571b9657dbe",
  "models/index.json": "46ba85911cbd8437",
  "pages/about.html": "5f1d02659c2a45c4",
  "pages/command-line.html": "4db62834b1c5c672",
  "pages/contributing.html": "5f9ef775ce929c2e",
  "pages/engine.html": "0cfd575af5658f22",
  "pages/experiments.html": "c5da7a115c609180",
  "pages/fable-9m.html": "effebd56f4272662",
  "pages/glossary.html": "cec750c311807735",
  "pages/links.html": "b71f18c9bfd4757c",
  "pages/page.html": "aebe47364071e9fd",
  "pages/poet.html": "c9f9fac67f72c6e7",
  "pages/sampling.html": "ec6193154326b98a",
  "pages/stories.html": "a76196ca25cbc162",
  "pages/training.html": "482a0ae1d4fac0e4",
  "www/apple-touch-icon.png": "c4a89331f621cdb8",
  "www/example.json": "243250c659095e91",
  "www/experiments/judge/amount.js": "9946998e3ac536e1",
  "www/experiments/judge/appraisal.js": "b20ca6e29742655d",
  "www/experiments/judge/csv.js": "676afd5475da26d8",
  "www/experiments/judge/drafts.js": "b8b40e78b789a1af",
  "www/experiments/judge/effects-table.js": "94986ff5b9fc9437",
  "www/experiments/judge/form.js": "271ed594689a355d",
  "www/experiments/judge/items.js": "91a6b8ecfe148d11",
  "www/experiments/judge/judge.js": "d9a14ddc8ed78fd3",
  "www/experiments/judge/passage.js": "325df0c374f3e93d",
  "www/experiments/judge/plot.js": "e65987a98b12f1a7",
  "www/experiments/judge/protocol.js": "fad0bbdfe65a68cb",
  "www/experiments/judge/ratings.js": "59180b959e09ce5a",
  "www/experiments/judge/results.js": "d8954d88ead6e96b",
  "www/experiments/judge/rounds.js": "55a21a626ab7d2cb",
  "www/experiments/judge/weights.js": "bce76dbca91a253e",
  "www/experiments/list.js": "c3d635233f50f3ab",
  "www/experiments/main.js": "f7fef7416b13e7b9",
  "www/experiments/poet/defaults.js": "f6d63e6276d14249",
  "www/experiments/poet/measure.js": "b69d4e849f3060ff",
  "www/experiments/poet/poet.js": "9407f2f69cda0b6d",
  "www/experiments/poet/protocol.js": "0729d608ef6b7377",
  "www/experiments/poet/side-by-side.js": "9c1aef211b76035e",
  "www/experiments/sampling/cell-stories.js": "44d3fad7a53aee5d",
  "www/experiments/sampling/form.js": "149ff4e3bc7f4a03",
  "www/experiments/sampling/heatmap.js": "aa645ad114b12ae3",
  "www/experiments/sampling/numbers.js": "26342ea35342a37f",
  "www/experiments/sampling/plots.js": "031ee57c39ab14b1",
  "www/experiments/sampling/protocol.js": "5635361453895049",
  "www/experiments/sampling/sampling.js": "e763b2d54eaf4df0",
  "www/experiments/session/analyst.js": "e346175f7dd77707",
  "www/experiments/session/conduct.js": "839dbd7b1d248edd",
  "www/experiments/session/description.js": "cee4cc0e731dc86a",
  "www/experiments/session/findings.js": "b5812363a28a5468",
  "www/experiments/session/manifest.js": "b30ee4bdc6947825",
  "www/experiments/session/pool.js": "b1c5bdf60222a088",
  "www/experiments/session/prompts.js": "113e252a6003aedf",
  "www/experiments/session/reproduction.js": "ce2a20afb67eac79",
  "www/experiments/session/results.js": "8e294498ec147bad",
  "www/experiments/session/sweep.js": "f7cdd631d31dc6e9",
  "www/experiments/session/taking.js": "b1ab8d352f320d6b",
  "www/experiments/session/timing.js": "ed24cfb7e8ccef75",
  "www/experiments/views/card.js": "8abb81c142fda464",
  "www/experiments/views/chooser.js": "0f4225ba3e8d8782",
  "www/experiments/views/exports.js": "55fbff571981e1cb",
  "www/experiments/views/judgement.js": "7a3395473f8bcceb",
  "www/experiments/views/ours.js": "73761cb9e2cde3cf",
  "www/experiments/views/plot-box.js": "f42e80f010e2fb35",
  "www/experiments/views/protocol.js": "c3a429e0b351b9df",
  "www/experiments/views/report.js": "5318a068140ecca3",
  "www/experiments/views/row.js": "465bab26b67653d2",
  "www/experiments/views/run-panel.js": "fd2d7686461ddf7e",
  "www/experiments/views/settings.js": "a3e12e0f003df231",
  "www/icon-192.png": "d8395ab0f49f26f1",
  "www/icon-512.png": "cfc5faf276a7c90a",
  "www/icon-maskable-512.png": "358f0a1b393077b6",
  "www/icon.svg": "1af5f4f13cae35b7",
  "www/main.js": "f6fd164ed843a68f",
  "www/offline.js": "647375cd52cc768f",
  "www/parts/clipboard.js": "ba2fd5e4ca64a89b",
  "www/parts/colours.js": "4aca8f9bfc173980",
  "www/parts/confirm.js": "4629a850199d4399",
  "www/parts/csv.js": "f1e59f56522cab35",
  "www/parts/dom.js": "4e1b2d7d345779d2",
  "www/parts/download.js": "a0f7ce48c4420de4",
  "www/parts/features.js": "5dfc98a351d56a50",
  "www/parts/fit.js": "d3fd695c2dd6afc6",
  "www/parts/format.js": "e3772b9ed880366c",
  "www/parts/names.js": "9c2de728ee953f7c",
  "www/parts/plot-frame.js": "d0a9406aa7edb067",
  "www/parts/read.js": "f7a6eafeda3d4e81",
  "www/parts/scale.js": "646d2e89c155a695",
  "www/parts/slider.js": "695873bbc2a71c60",
  "www/session/adapter-download.js": "ae662b900c33f459",
  "www/session/adapter-files.js": "ec235207c696a852",
  "www/session/adapters.js": "8e020159d30a2d77",
  "www/session/address-bar.js": "1adb66918a4dd175",
  "www/session/archive.js": "353b489a7240c474",
  "www/session/branching.js": "4ddd91c86af3a6c4",
  "www/session/choosing.js": "da0a5b4bebbe3fc2",
  "www/session/cloud.js": "cd1013c178255e00",
  "www/session/csv.js": "7abe65b54580ae8c",
  "www/session/engine.js": "bbbbe51fe8366d36",
  "www/session/examples.js": "0290c0958bde1af0",
  "www/session/exchange.js": "7599b1e7199dc273",
  "www/session/library-start.js": "d8d13f20743e77bd",
  "www/session/library.js": "1b761859595d5a8f",
  "www/session/links.js": "c0a8253c4521bd25",
  "www/session/live.js": "be46a52362ef689f",
  "www/session/looking.js": "30dabc5b74bdd14a",
  "www/session/measuring.js": "38974cc884238cc6",
  "www/session/rewriting.js": "e53a797b09b918c8",
  "www/session/selectors.js": "9a8a3c3d1b8be4f7",
  "www/session/shared.js": "cf8d115a788097ae",
  "www/session/shelf.js": "a42e4be012ff31d5",
  "www/session/state.js": "cb69b53b4cdf765b",
  "www/session/storage.js": "e7c653255955f614",
  "www/session/store.js": "a0f8cbe32b8f7470",
  "www/session/story-format.js": "14302711b720dc11",
  "www/session/title.js": "2b8dd6b3639539c5",
  "www/session/verdict.js": "4fc901ef1c47e1a7",
  "www/session/watch.js": "0b320bae7d41812f",
  "www/session/worker-client.js": "1f6fc4ab4d12410c",
  "www/session/writing.js": "5b3824c1c7dc4bac",
  "www/site.webmanifest": "d4f89322645cecd0",
  "www/style/adapter.css": "19aa92c247fb9abf",
  "www/style/chain.css": "313e0864bf82479a",
  "www/style/compare.css": "db0c0e655112e835",
  "www/style/dials.css": "94f4b6d30a3cc803",
  "www/style/experiments.css": "84409e6884a4b722",
  "www/style/history.css": "1f6b892cda8f30a5",
  "www/style/instrument.css": "a8553e942e9422f9",
  "www/style/judge.css": "087adaa760a49599",
  "www/style/map.css": "257d66acd42ace09",
  "www/style/methods.css": "36d2ee20f316a087",
  "www/style/next-token.css": "eb4b7184c5e07777",
  "www/style/page.css": "b00ecf0ad70597a5",
  "www/style/story.css": "7e9c302aa1e04f58",
  "www/style/tree.css": "6d260c45a9c65fe2",
  "www/vendor/idb.js": "41f310d65492dc0c",
  "www/vendor/plot.js": "80c2f239a8b6e044",
  "www/views/about.js": "f60e0e89935f738b",
  "www/views/adapter-words.js": "48e0c73a45dd78a6",
  "www/views/adapter.js": "49b872c1a74d73bb",
  "www/views/all-numbers.js": "97618b8fca196457",
  "www/views/books.js": "275120218f33ef3b",
  "www/views/candidates.js": "2d0ea9fda777fae9",
  "www/views/chain-stage.js": "52904f409b3adacc",
  "www/views/chain-words.js": "d8c7c7e958596ba7",
  "www/views/chain.js": "94cbd1715f8f990a",
  "www/views/colourings.js": "703f8ec656a92d70",
  "www/views/compare-rows.js": "6d1e5a02a802245d",
  "www/views/compare-text.js": "b088b59f26c213a1",
  "www/views/compare.js": "f1b599f9b6e67bc8",
  "www/views/controls.js": "51163940d83beaee",
  "www/views/curve.js": "18714472900350c3",
  "www/views/dial.js": "0aee0683d73ecf30",
  "www/views/export-image.js": "edd7400bed50618a",
  "www/views/filter-form.js": "e17dc5cc66245855",
  "www/views/history-row.js": "8169b9994ee94dfd",
  "www/views/history.js": "19eecbb783c9b0e3",
  "www/views/lens.js": "8a1dcca98ff423ef",
  "www/views/library.js": "c6a90984510a9cf0",
  "www/views/loader.js": "7c2a4b9a01f7decb",
  "www/views/map-brush.js": "e729911f74cb5aa7",
  "www/views/map-drawing.js": "a9b4aed3635aa53f",
  "www/views/map-filter.js": "0efc63130aae5eea",
  "www/views/map-words.js": "73ae9f4310991529",
  "www/views/map.js": "a4bc38abb3a7124e",
  "www/views/means.js": "ad77f4b9e55604e9",
  "www/views/metric-list.js": "47c30a4244ff8519",
  "www/views/metrics.js": "df60a62f98ed3400",
  "www/views/next-token.js": "9029bb3eb97cdfc5",
  "www/views/notices.js": "08eaf040e04bb996",
  "www/views/overview.js": "2803deb64ae16733",
  "www/views/pareto.js": "f9a8fde69bc8565c",
  "www/views/rating.js": "08b482dedf7c088c",
  "www/views/sentence.js": "1e465ff62c96da95",
  "www/views/settings-words.js": "9bfa7ed4b8d43187",
  "www/views/shared.js": "2d1c718c5210e0a5",
  "www/views/stage-table.js": "7478d9d32e387e26",
  "www/views/story-reading.js": "4ca4eac6639cef0f",
  "www/views/story-readout.js": "a1341c2d2ceddb03",
  "www/views/story-tokens.js": "e583008557e079ff",
  "www/views/story.js": "f48fe8af997da4d3",
  "www/views/strip.js": "3c088148d8c024ab",
  "www/views/table-columns.js": "2ad7f27d0b919fcf",
  "www/views/table.js": "9feff7cb2137ab68",
  "www/views/telling.js": "0b57b95b7ae50a9b",
  "www/views/terms.js": "17c77a9047eabd20",
  "www/views/token-card.js": "e1a337bc45c8d7c5",
  "www/views/tree.js": "8899d69dc2a02e5e",
  "www/worker.js": "3dadbd4100faf41a",
};

/** The files of this browser: of the engine's modules only its own. */
const MINE = Object.keys(FILES).filter(
  (file) => !file.startsWith("pkg/") || [`${ENGINE}.js`, `${ENGINE}_bg.wasm`].includes(file),
);

/** The content type of each kind of file. With any other type it is a different file, or browsers do not run it. */
const TYPES = {
  js: /javascript/,
  wasm: /^application\/wasm/,
  css: /^text\/css/,
  json: /json/,
  svg: /^image\/svg\+xml/,
  png: /^image\/png/,
  html: /^text\/html/,
  // Browsers read it whatever its type is, and many servers do not know the type.
  webmanifest: /^/,
};

/** The folder of this page. The key of a cached file is its address without a query. */
const ROOT = new URL("./", self.location.href);

/** The names of its copies begin with this. Other folders of the server have other names. */
const CACHES = `fabula-page ${ROOT.pathname} `;
const CACHE = CACHES + VERSION;
/** The only copy of early versions. */
const FIRST = "fabula-page";

/** Milliseconds within which a server must begin its answer, if there is a copy. www/offline.js may choose another limit. */
const PATIENCE = 1000 * Number(new URL(self.location.href).searchParams.get("patience")) || 3000;
/** Pages that came from the copy because the server was silent, and their workers. All their files come from the copy, so that no two versions mix. */
const fromCopy = new Set();

self.addEventListener("install", (event) => event.waitUntil(take().then(() => self.skipWaiting())));

self.addEventListener("activate", (event) => event.waitUntil(forget().then(() => self.clients.claim())));

/** Fills the copy. If one file of this version is missing, none is used. */
async function take() {
  const cache = await caches.open(CACHE);
  const names = (await caches.keys()).filter((name) => name.startsWith(CACHES));
  const former = await Promise.all(names.map((name) => caches.open(name)));
  await Promise.all(MINE.map(async (file) => cache.put(addressOf(file), await find(file, former))));
}

/**
 * A file of this version: from an earlier copy, else from the HTTP cache, where the page has just put it, else from the server. Some hosts
 * redirect x.html to x; the hash tells whether a redirect led to the file.
 * @param {string} file
 * @param {Cache[]} former
 */
async function find(file, former) {
  for (const cache of former) {
    const found = await cache.match(addressOf(file));
    const checked = found && (await check(found, file));
    if (checked) return checked;
  }
  for (const cache of /** @type {const} */ (["force-cache", "reload"])) {
    const checked = await check(await fetch(addressOf(file), { cache }), file);
    if (checked) return checked;
  }
  throw new Error(`The server has no ${file} of version ${VERSION}`);
}

/**
 * The response as it can be stored: a new one, because browsers refuse a redirected one as a page. Null if it is not this file of this
 * version.
 * @param {Response} response
 * @param {string} file
 */
async function check(response, file) {
  if (!response.ok || !isOfType(response, file)) return null;
  const bytes = await response.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hash = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!hash.startsWith(FILES[file])) return null;
  return new Response(bytes, { headers: { "Content-Type": response.headers.get("Content-Type") } });
}

/**
 * @param {Response} response
 * @param {string} file
 */
function isOfType(response, file) {
  const ending = file === "./" ? "html" : file.slice(file.lastIndexOf(".") + 1);
  return TYPES[ending].test(response.headers.get("Content-Type") ?? "");
}

/** @param {string} file */
function addressOf(file) {
  return new URL(file, ROOT).href;
}

/** Copies of earlier pages. */
async function forget() {
  const old = (await caches.keys()).filter((name) => name === FIRST || (name.startsWith(CACHES) && name !== CACHE));
  await Promise.all(old.map((name) => caches.delete(name)));
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || !url.href.startsWith(ROOT.href)) return;
  const file = fileOf(url.pathname.slice(ROOT.pathname.length));
  if (file) event.respondWith(networkFirst(event, file));
});

/**
 * The file that a path names, with or without .html.
 * @param {string} path
 */
function fileOf(path) {
  return ["", "index", "index.html"].includes(path)
    ? "./"
    : MINE.find((file) => file === path || file === `${path}.html`);
}

/**
 * @param {FetchEvent} event
 * @param {string} file
 */
async function networkFirst({ request, clientId, resultingClientId }, file) {
  const kept = async () => {
    const found = await caches
      .open(CACHE)
      .then((cache) => cache.match(addressOf(file)))
      .catch(() => undefined);
    // A new response has the requested address with its query, which tells a worker its role.
    return found && new Response(found.body, found);
  };
  /** @param {Response} copy */
  const settle = (copy) => {
    if (resultingClientId) fromCopy.add(resultingClientId);
    return copy;
  };
  if (fromCopy.has(clientId)) {
    const copy = await kept();
    if (copy) return settle(copy);
  }
  const asked = fetch(request);
  try {
    // Once a page has begun to arrive from the server, its files are waited for.
    const response = await (request.mode === "navigate" ? Promise.race([asked, late()]) : asked);
    if (response === null) {
      const copy = await kept();
      return copy ? settle(copy) : await asked;
    }
    return isUsable(response, request, file) ? response : ((await kept()) ?? response);
  } catch (error) {
    const copy = await kept();
    if (copy) return copy;
    throw error;
  }
}

/** Null once the time of the server is over. @returns {Promise<null>} */
function late() {
  return new Promise((resolve) => setTimeout(() => resolve(null), PATIENCE));
}

/**
 * Whether the page gets this answer of the server, instead of the copy. A server error is no better than no server. Neither is another
 * type of file, such as the login page of a hotel network. Only for a page itself, users see whatever the server sends.
 * @param {Response} response
 * @param {Request} request
 * @param {string} file
 */
function isUsable(response, request, file) {
  if (request.mode === "navigate") return response.status < 500;
  return response.ok && isOfType(response, file);
}
