// Lets the page open without a network after one visit: registers the service worker, where the browser has them.

if ("serviceWorker" in navigator) {
  // Without it the page only needs its network; nothing to tell the reader.
  navigator.serviceWorker.register(new URL("../sw.js", import.meta.url)).catch(() => undefined);
}
