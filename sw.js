// The service worker: after one visit the page opens without a network. It asks the server first, so that a reader who
// is online always sees the newest page, and answers from its own copy when the server cannot be reached.
// Models are not its business: the story engine keeps those itself, checked by their SHA-256.

const CACHE = "fabula-page";

/** Everything the page is made of; tests/browser/offline.test.mjs compares it with the folders. */
const FILES = [
  "./",
  "models/index.json",
  "pkg/fabula.js",
  "pkg/fabula_bg.wasm",
  "www/controls.js",
  "www/dom.js",
  "www/example.json",
  "www/format.js",
  "www/icon.svg",
  "www/link.js",
  "www/loader.js",
  "www/main.js",
  "www/map.js",
  "www/metrics.js",
  "www/notices.js",
  "www/offline.js",
  "www/state.js",
  "www/story.js",
  "www/style.css",
  "www/table.js",
  "www/vendor/plot.js",
  "www/worker-client.js",
  "www/worker.js",
];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const root = new URL("./", self.location.href);
  if (event.request.method !== "GET" || !url.href.startsWith(root.href)) return;
  const path = url.pathname.slice(root.pathname.length);
  if (FILES.includes(path || "./") || path === "index.html") event.respondWith(networkFirst(event.request));
});

/** @param {Request} request */
async function networkFirst(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}
