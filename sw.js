// The service worker: after one visit the page opens without a network. It asks the server first, so that a reader who
// is online always sees the newest page, and answers from its own copy when the server cannot be reached or does not answer.
// Models are not its business: the story engine keeps those itself, checked by their SHA-256.

/** The hash of FILES: a new page is a new service worker, with a copy of its own. */
const VERSION = "1afe3225ff0e5061";

/** Of the engine's two modules, the one that www/parts/features.js chooses here, by the same probe. */
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
  "./": "a22f3c7f085022f6",
  "pkg/fabula.js": "ea986c69c6716bee",
  "pkg/fabula_bg.wasm": "b91c37a8c70a77d1",
  "pkg/fabula_relaxed.js": "7f6d37a914b5fee4",
  "pkg/fabula_relaxed_bg.wasm": "0ed1b0cb5136acf3",
  "docs/experiments/sampling-window.svg": "d863677de2bf380f",
  "experiments.html": "2748ecdb047eabd3",
  "methods.html": "777080045dc907d4",
  "models/index.json": "46ba85911cbd8437",
  "pages/about.html": "d05f4efb988a7a7f",
  "pages/command-line.html": "efee812f73e997fe",
  "pages/contributing.html": "f13d05c1e95619c7",
  "pages/engine.html": "d1c46fa6e65144a2",
  "pages/experiments.html": "ffff1f3b8f890f92",
  "pages/fable-9m.html": "449f7d334f6ede60",
  "pages/glossary.html": "ba318702d67a97ae",
  "pages/links.html": "edc1476eea27f9bd",
  "pages/page.html": "83dfc94a636bc2b3",
  "pages/poet.html": "fc782133e6c7e2a6",
  "pages/sampling.html": "277a40f96e67dae1",
  "pages/stories.html": "c4211858b97253ca",
  "pages/training.html": "59f36fd4a0779c8a",
  "www/example.json": "6bb130503081c3a9",
  "www/experiments/judge/amount.js": "fab35349008b43d9",
  "www/experiments/judge/appraisal.js": "b20ca6e29742655d",
  "www/experiments/judge/csv.js": "676afd5475da26d8",
  "www/experiments/judge/drafts.js": "8881c209b0c94938",
  "www/experiments/judge/effects-table.js": "94986ff5b9fc9437",
  "www/experiments/judge/form.js": "563f8d2c435972c1",
  "www/experiments/judge/items.js": "91a6b8ecfe148d11",
  "www/experiments/judge/judge.js": "a46f38ee0817eeee",
  "www/experiments/judge/passage.js": "3bff172c8a38ccd3",
  "www/experiments/judge/plot.js": "0a8f229fbcb6e459",
  "www/experiments/judge/protocol.js": "ce4381ef1de9b80b",
  "www/experiments/judge/ratings.js": "17d6c132345b3d51",
  "www/experiments/judge/results.js": "0699cf7cea63c822",
  "www/experiments/judge/rounds.js": "96a1f4cefd1060dd",
  "www/experiments/judge/weights.js": "156b651066062bd5",
  "www/experiments/list.js": "c3d635233f50f3ab",
  "www/experiments/main.js": "e71586005991cfa9",
  "www/experiments/poet/defaults.js": "f6d63e6276d14249",
  "www/experiments/poet/measure.js": "a950401ed49b697b",
  "www/experiments/poet/poet.js": "99080df34311b497",
  "www/experiments/poet/protocol.js": "4ef1de59078fe5c5",
  "www/experiments/poet/side-by-side.js": "981e4548516b2dc7",
  "www/experiments/sampling/cell-stories.js": "c3f3f1b4e189e5cf",
  "www/experiments/sampling/form.js": "0d15619eba128c22",
  "www/experiments/sampling/heatmap.js": "aa645ad114b12ae3",
  "www/experiments/sampling/numbers.js": "26342ea35342a37f",
  "www/experiments/sampling/plots.js": "98178adbd686d84f",
  "www/experiments/sampling/protocol.js": "f11bd502d9f7289c",
  "www/experiments/sampling/sampling.js": "d1e6f4f3ff1e8302",
  "www/experiments/session/analyst.js": "1b42d8e13ac77b22",
  "www/experiments/session/conduct.js": "2c4a8872509df4e9",
  "www/experiments/session/description.js": "0a38ea9508b7f735",
  "www/experiments/session/findings.js": "b945d90dcb595ec8",
  "www/experiments/session/manifest.js": "ece5a3274fd54d93",
  "www/experiments/session/pool.js": "b921fde0c1a72543",
  "www/experiments/session/reproduction.js": "b79ed1e353c1ca6a",
  "www/experiments/session/results.js": "8e294498ec147bad",
  "www/experiments/session/sweep.js": "6e69670f201e106f",
  "www/experiments/session/taking.js": "30611f2f8127971e",
  "www/experiments/session/timing.js": "ed24cfb7e8ccef75",
  "www/experiments/session/verdict.js": "b146d82112267673",
  "www/experiments/views/chooser.js": "0f4225ba3e8d8782",
  "www/experiments/views/exports.js": "55fbff571981e1cb",
  "www/experiments/views/judgement.js": "b8faf43b0be27f05",
  "www/experiments/views/plot-box.js": "f42e80f010e2fb35",
  "www/experiments/views/protocol.js": "c3a429e0b351b9df",
  "www/experiments/views/report.js": "cce09bef79559ab0",
  "www/experiments/views/run-panel.js": "0efabb89daabb894",
  "www/icon.svg": "1af5f4f13cae35b7",
  "www/main.js": "1b47f142876482f4",
  "www/offline.js": "79cbad9ec15bb015",
  "www/parts/colours.js": "4aca8f9bfc173980",
  "www/parts/confirm.js": "4629a850199d4399",
  "www/parts/csv.js": "f1e59f56522cab35",
  "www/parts/dom.js": "4e1b2d7d345779d2",
  "www/parts/download.js": "a0f7ce48c4420de4",
  "www/parts/features.js": "5dfc98a351d56a50",
  "www/parts/fit.js": "d3fd695c2dd6afc6",
  "www/parts/format.js": "d2a76eec36f357af",
  "www/parts/names.js": "9c2de728ee953f7c",
  "www/parts/read.js": "f7a6eafeda3d4e81",
  "www/parts/scale.js": "646d2e89c155a695",
  "www/parts/slider.js": "cb04ea44b2b58109",
  "www/parts/svg-canvas.js": "cd93e7f19b2e0791",
  "www/session/adapter-download.js": "00f01c6190bf5776",
  "www/session/adapter-files.js": "ec235207c696a852",
  "www/session/adapters.js": "601396fd6b99efff",
  "www/session/archive.js": "727e1972cb094e35",
  "www/session/branching.js": "4ddd91c86af3a6c4",
  "www/session/choosing.js": "c825d0dbe4232f8c",
  "www/session/csv.js": "7abe65b54580ae8c",
  "www/session/engine.js": "fc4fae1ee6264130",
  "www/session/examples.js": "ba0031047de4c39a",
  "www/session/exchange.js": "5c69f5202ae58008",
  "www/session/library.js": "b0a1c0ce99eefe6c",
  "www/session/link.js": "6370a393e9d8c09b",
  "www/session/links.js": "260105d3dc3fd7ee",
  "www/session/looking.js": "740ec7327886b346",
  "www/session/measuring.js": "92088f9a52567e87",
  "www/session/shelf.js": "5a1581edbaef6897",
  "www/session/state.js": "50bcf95b21283223",
  "www/session/storage.js": "e7c653255955f614",
  "www/session/story-format.js": "0b9f25a102075dd5",
  "www/session/verdict.js": "32dbc4db17101a9f",
  "www/session/watch.js": "4fbd68cff776cf95",
  "www/session/worker-client.js": "547599d0d956b2ac",
  "www/session/writing.js": "d45e152f9f4029fa",
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
  "www/style/story.css": "d009dfb4dca7333f",
  "www/style/tree.css": "6d260c45a9c65fe2",
  "www/vendor/idb.js": "41f310d65492dc0c",
  "www/vendor/plot.js": "80c2f239a8b6e044",
  "www/views/about.js": "6b0d334aa2b4ab7f",
  "www/views/adapter-words.js": "48e0c73a45dd78a6",
  "www/views/adapter.js": "49b872c1a74d73bb",
  "www/views/books.js": "275120218f33ef3b",
  "www/views/candidates.js": "84349e9a92dc6b27",
  "www/views/chain-stage.js": "d6b52411e7652624",
  "www/views/chain-words.js": "d8c7c7e958596ba7",
  "www/views/chain.js": "d16bcdd9aef3ee69",
  "www/views/compare-rows.js": "5cf79e1a4aa86ed9",
  "www/views/compare-text.js": "b088b59f26c213a1",
  "www/views/compare.js": "f1b599f9b6e67bc8",
  "www/views/controls.js": "6ca9a21fc962e294",
  "www/views/curve.js": "18714472900350c3",
  "www/views/export-image.js": "e5888608d43c7c6b",
  "www/views/filter-form.js": "e17dc5cc66245855",
  "www/views/history-row.js": "8169b9994ee94dfd",
  "www/views/history.js": "c8fc6715b8f01441",
  "www/views/lens.js": "019925b31817fa75",
  "www/views/lenses.js": "d1561f2ae3e9bf24",
  "www/views/library.js": "9133681a7ba11b7c",
  "www/views/loader.js": "f52a655ea8721aae",
  "www/views/map-brush.js": "e729911f74cb5aa7",
  "www/views/map-drawing.js": "ebbf474b6b73f66f",
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
  "www/views/story-readout.js": "2fa60c2a5d344c40",
  "www/views/story-tokens.js": "76a1e8083c8c5255",
  "www/views/story.js": "dd5dc51545cc3d76",
  "www/views/strip.js": "3c088148d8c024ab",
  "www/views/table-columns.js": "2ad7f27d0b919fcf",
  "www/views/table.js": "9feff7cb2137ab68",
  "www/views/telling.js": "d7bcc8e6ae91fbcc",
  "www/views/token-card.js": "c1b18762aed7c78c",
  "www/views/tree.js": "007053ee0a7e9919",
  "www/worker.js": "3dadbd4100faf41a",
};

/** The files of this browser: of the engine's modules only its own. */
const MINE = Object.keys(FILES).filter(
  (file) => !file.startsWith("pkg/") || [`${ENGINE}.js`, `${ENGINE}_bg.wasm`].includes(file),
);

/** The content type of each kind of file; a server that calls it otherwise sends something else, or what no browser runs. */
const TYPES = {
  js: /javascript/,
  wasm: /^application\/wasm/,
  css: /^text\/css/,
  json: /json/,
  svg: /^image\/svg\+xml/,
  html: /^text\/html/,
};

/** The folder that this page lives in; the key of a file is its address without a query. */
const ROOT = new URL("./", self.location.href);

/** Its copies; other folders of the server have others. */
const CACHES = `fabula-page ${ROOT.pathname} `;
const CACHE = CACHES + VERSION;
/** That of all versions before there were several. */
const FIRST = "fabula-page";

/** Milliseconds that a server has to begin its answer, where there is a copy; www/offline.js may choose another. */
const PATIENCE = 1000 * Number(new URL(self.location.href).searchParams.get("patience")) || 3000;
/** Pages that came from the copy because the server was silent, and their workers: all their files come from there, so that no two versions mix. */
const fromCopy = new Set();

self.addEventListener("install", (event) => event.waitUntil(take().then(() => self.skipWaiting())));

self.addEventListener("activate", (event) => event.waitUntil(forget().then(() => self.clients.claim())));

/** Fills the copy: all files of this version, or none is used. */
async function take() {
  const cache = await caches.open(CACHE);
  const names = (await caches.keys()).filter((name) => name.startsWith(CACHES));
  const former = await Promise.all(names.map((name) => caches.open(name)));
  await Promise.all(MINE.map(async (file) => cache.put(addressOf(file), await find(file, former))));
}

/**
 * A file of this version: from an earlier copy, else from the HTTP cache, where the page has just put it, else from the server.
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
    const checked = await check(await fetch(addressOf(file), { cache, redirect: "manual" }), file);
    if (checked) return checked;
  }
  throw new Error(`The server has no ${file} of version ${VERSION}`);
}

/**
 * The response as it can be kept; null where it is not this file of this version.
 * @param {Response} response
 * @param {string} file
 */
async function check(response, file) {
  if (!response.ok || response.redirected || !isOfType(response, file)) return null;
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
  const path = url.pathname.slice(ROOT.pathname.length);
  const file = path === "" || path === "index.html" ? "./" : path;
  if (MINE.includes(file)) event.respondWith(networkFirst(event, file));
});

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
    // A new one has the address that was asked for, with its query, from which a worker knows what it is to be.
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
    // A page that has begun to come from the server waits for the rest of it.
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

/** Nothing, once the server has had its time. @returns {Promise<null>} */
function late() {
  return new Promise((resolve) => setTimeout(() => resolve(null), PATIENCE));
}

/**
 * Whether to give an answer to the page. A server in trouble is as good as none, and so is one that sends another thing than a program, such
 * as the page on which a hotel asks for a room number; of a page itself the reader shall see what is there.
 * @param {Response} response
 * @param {Request} request
 * @param {string} file
 */
function isUsable(response, request, file) {
  if (request.mode === "navigate") return response.status < 500;
  return response.ok && isOfType(response, file);
}
