// The service worker: after one visit the page opens without a network. It asks the server first, so that online users always
// see the newest page. If the server cannot be reached or does not answer, it answers from the cached copy. It does not cache
// models: the story engine does that itself, and checks their SHA-256.

/** The hash of FILES: a new version of the page has a new service worker, with its own copy. */
const VERSION = "ae391a46def0f55f";

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
  "./": "607aeafe645762bf",
  "pkg/fabula.js": "c5e848c5b4b9e42d",
  "pkg/fabula_bg.wasm": "b34c7c00f7ab99f2",
  "pkg/fabula_relaxed.js": "6eaeb255f8509996",
  "pkg/fabula_relaxed_bg.wasm": "8c37624d60e87d16",
  "docs/experiments/sampling-window.svg": "b265c308108cc9f7",
  "experiments.html": "2748ecdb047eabd3",
  "methods.html": "ed50e1fa6186836c",
  "models/index.json": "46ba85911cbd8437",
  "pages/about.html": "c51bec95991978a1",
  "pages/command-line.html": "464d77d7758500ec",
  "pages/contributing.html": "38a02d04004118f0",
  "pages/engine.html": "f94246bc70fd8de6",
  "pages/experiments.html": "6c909e863aa56cff",
  "pages/fable-9m.html": "6382d69450176fa2",
  "pages/glossary.html": "331a70125c713504",
  "pages/links.html": "0b1f58396033213d",
  "pages/page.html": "e3c5fa2db0161316",
  "pages/poet.html": "f423416cafe7eab1",
  "pages/sampling.html": "97537761b1c0d2d1",
  "pages/stories.html": "c4211858b97253ca",
  "pages/training.html": "59f36fd4a0779c8a",
  "www/example.json": "243250c659095e91",
  "www/experiments/judge/amount.js": "9946998e3ac536e1",
  "www/experiments/judge/appraisal.js": "b20ca6e29742655d",
  "www/experiments/judge/csv.js": "676afd5475da26d8",
  "www/experiments/judge/drafts.js": "b8b40e78b789a1af",
  "www/experiments/judge/effects-table.js": "94986ff5b9fc9437",
  "www/experiments/judge/form.js": "271ed594689a355d",
  "www/experiments/judge/items.js": "91a6b8ecfe148d11",
  "www/experiments/judge/judge.js": "5ced250543ced218",
  "www/experiments/judge/passage.js": "325df0c374f3e93d",
  "www/experiments/judge/plot.js": "e65987a98b12f1a7",
  "www/experiments/judge/protocol.js": "cab8dfd7f8aca377",
  "www/experiments/judge/ratings.js": "59180b959e09ce5a",
  "www/experiments/judge/results.js": "d8954d88ead6e96b",
  "www/experiments/judge/rounds.js": "55a21a626ab7d2cb",
  "www/experiments/judge/weights.js": "bce76dbca91a253e",
  "www/experiments/list.js": "c3d635233f50f3ab",
  "www/experiments/main.js": "4c1623cc528086d7",
  "www/experiments/poet/defaults.js": "f6d63e6276d14249",
  "www/experiments/poet/measure.js": "b69d4e849f3060ff",
  "www/experiments/poet/poet.js": "57ff924ab53ea985",
  "www/experiments/poet/protocol.js": "f4ef493463628d8b",
  "www/experiments/poet/side-by-side.js": "9c1aef211b76035e",
  "www/experiments/sampling/cell-stories.js": "44d3fad7a53aee5d",
  "www/experiments/sampling/form.js": "149ff4e3bc7f4a03",
  "www/experiments/sampling/heatmap.js": "aa645ad114b12ae3",
  "www/experiments/sampling/numbers.js": "26342ea35342a37f",
  "www/experiments/sampling/plots.js": "031ee57c39ab14b1",
  "www/experiments/sampling/protocol.js": "bc4251920153e69a",
  "www/experiments/sampling/sampling.js": "b7791842b9af0551",
  "www/experiments/session/analyst.js": "e346175f7dd77707",
  "www/experiments/session/conduct.js": "839dbd7b1d248edd",
  "www/experiments/session/description.js": "cee4cc0e731dc86a",
  "www/experiments/session/findings.js": "b5812363a28a5468",
  "www/experiments/session/manifest.js": "b30ee4bdc6947825",
  "www/experiments/session/pool.js": "a272979d0f2caec8",
  "www/experiments/session/prompts.js": "113e252a6003aedf",
  "www/experiments/session/reproduction.js": "11492851541be102",
  "www/experiments/session/results.js": "8e294498ec147bad",
  "www/experiments/session/sweep.js": "f7cdd631d31dc6e9",
  "www/experiments/session/taking.js": "b1ab8d352f320d6b",
  "www/experiments/session/timing.js": "ed24cfb7e8ccef75",
  "www/experiments/views/card.js": "8abb81c142fda464",
  "www/experiments/views/chooser.js": "0f4225ba3e8d8782",
  "www/experiments/views/exports.js": "55fbff571981e1cb",
  "www/experiments/views/judgement.js": "b8faf43b0be27f05",
  "www/experiments/views/plot-box.js": "f42e80f010e2fb35",
  "www/experiments/views/protocol.js": "c3a429e0b351b9df",
  "www/experiments/views/report.js": "5318a068140ecca3",
  "www/experiments/views/row.js": "465bab26b67653d2",
  "www/experiments/views/run-panel.js": "fd2d7686461ddf7e",
  "www/experiments/views/settings.js": "a3e12e0f003df231",
  "www/icon.svg": "1af5f4f13cae35b7",
  "www/main.js": "fa09268a2ea301a9",
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
  "www/parts/slider.js": "cb04ea44b2b58109",
  "www/session/adapter-download.js": "ae662b900c33f459",
  "www/session/adapter-files.js": "ec235207c696a852",
  "www/session/adapters.js": "d261a6509084907f",
  "www/session/address-bar.js": "1adb66918a4dd175",
  "www/session/archive.js": "353b489a7240c474",
  "www/session/branching.js": "4ddd91c86af3a6c4",
  "www/session/choosing.js": "da0a5b4bebbe3fc2",
  "www/session/csv.js": "7abe65b54580ae8c",
  "www/session/engine.js": "073ea239e02089f0",
  "www/session/examples.js": "0290c0958bde1af0",
  "www/session/exchange.js": "7599b1e7199dc273",
  "www/session/library.js": "a83afc0dff2b68db",
  "www/session/links.js": "efe10ddb2530ec56",
  "www/session/looking.js": "249200fe69e303df",
  "www/session/measuring.js": "e2d009fbb6998c32",
  "www/session/selectors.js": "69b267fe31e279ab",
  "www/session/shelf.js": "a42e4be012ff31d5",
  "www/session/state.js": "0bd8aad82a8289f2",
  "www/session/storage.js": "e7c653255955f614",
  "www/session/store.js": "a0f8cbe32b8f7470",
  "www/session/story-format.js": "14302711b720dc11",
  "www/session/verdict.js": "4fc901ef1c47e1a7",
  "www/session/watch.js": "0b320bae7d41812f",
  "www/session/worker-client.js": "8ee4aab6472dce73",
  "www/session/writing.js": "28fc9e454802d5b0",
  "www/style/adapter.css": "19aa92c247fb9abf",
  "www/style/chain.css": "313e0864bf82479a",
  "www/style/compare.css": "db0c0e655112e835",
  "www/style/experiments.css": "47bd318731eaab87",
  "www/style/history.css": "1f6b892cda8f30a5",
  "www/style/judge.css": "087adaa760a49599",
  "www/style/map.css": "b8eea70c6b0aaee9",
  "www/style/methods.css": "36d2ee20f316a087",
  "www/style/next-token.css": "3e5dd812c650e1c5",
  "www/style/page.css": "cd7080eedadb87b5",
  "www/style/story.css": "636403c767a34efe",
  "www/style/tree.css": "6d260c45a9c65fe2",
  "www/vendor/idb.js": "41f310d65492dc0c",
  "www/vendor/plot.js": "80c2f239a8b6e044",
  "www/views/about.js": "6b0d334aa2b4ab7f",
  "www/views/adapter-words.js": "48e0c73a45dd78a6",
  "www/views/adapter.js": "49b872c1a74d73bb",
  "www/views/books.js": "275120218f33ef3b",
  "www/views/candidates.js": "84349e9a92dc6b27",
  "www/views/chain-stage.js": "9be13d2ca171c176",
  "www/views/chain-words.js": "d8c7c7e958596ba7",
  "www/views/chain.js": "d16bcdd9aef3ee69",
  "www/views/colourings.js": "23c502147e1243bd",
  "www/views/compare-rows.js": "5cf79e1a4aa86ed9",
  "www/views/compare-text.js": "b088b59f26c213a1",
  "www/views/compare.js": "f1b599f9b6e67bc8",
  "www/views/controls.js": "6ca9a21fc962e294",
  "www/views/curve.js": "18714472900350c3",
  "www/views/export-image.js": "edd7400bed50618a",
  "www/views/filter-form.js": "e17dc5cc66245855",
  "www/views/history-row.js": "8169b9994ee94dfd",
  "www/views/history.js": "3269c2c8087a1828",
  "www/views/lens.js": "43587d9fbc1e28e9",
  "www/views/library.js": "9133681a7ba11b7c",
  "www/views/loader.js": "0dfa03d73a205738",
  "www/views/map-brush.js": "e729911f74cb5aa7",
  "www/views/map-drawing.js": "0bc202d3e63e36f8",
  "www/views/map-filter.js": "0efc63130aae5eea",
  "www/views/map-words.js": "fca60aa233a7f9b5",
  "www/views/map.js": "6f544c25f0eea447",
  "www/views/means.js": "ad77f4b9e55604e9",
  "www/views/metric-list.js": "47c30a4244ff8519",
  "www/views/metrics.js": "040ef47a0ec10425",
  "www/views/next-token.js": "e18e0dc7abc99150",
  "www/views/notices.js": "08eaf040e04bb996",
  "www/views/overview.js": "bb7645f3187d9f47",
  "www/views/pareto.js": "f9a8fde69bc8565c",
  "www/views/stage-table.js": "7478d9d32e387e26",
  "www/views/story-reading.js": "4ca4eac6639cef0f",
  "www/views/story-readout.js": "930da6d68296197d",
  "www/views/story-tokens.js": "e583008557e079ff",
  "www/views/story.js": "ec4fa6374e243ce1",
  "www/views/strip.js": "3c088148d8c024ab",
  "www/views/table-columns.js": "2ad7f27d0b919fcf",
  "www/views/table.js": "9feff7cb2137ab68",
  "www/views/telling.js": "33b348797b8d8def",
  "www/views/token-card.js": "c1b18762aed7c78c",
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
  html: /^text\/html/,
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
