// Lets the page open without a network after one visit: registers the service worker, where the browser has them.

/**
 * To be called once the page is ready: the service worker then finds most files in the browser's HTTP cache, and does not compete with the page.
 */
export function keepForOffline() {
  if (!("serviceWorker" in navigator)) return;
  const worker = new URL("../sw.js", import.meta.url);
  // ?patience=SECONDS in the page's address: see session/watch.js.
  const patience = new URL(document.baseURI).searchParams.get("patience");
  if (patience) worker.searchParams.set("patience", patience);
  // Without it the page only needs its network; nothing to tell the reader.
  navigator.serviceWorker.register(worker).catch(() => undefined);
}
