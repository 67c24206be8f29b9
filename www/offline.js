// Lets the page open without a network after one visit: registers the service worker, if the browser supports them.

/**
 * Call it once the page is ready: then the service worker finds most files in the browser's HTTP cache, and does not compete with the page.
 */
export function keepForOffline() {
  if (!("serviceWorker" in navigator)) return;
  const worker = new URL("../sw.js", import.meta.url);
  // ?patience=SECONDS in the page's address: see session/watch.js.
  const patience = new URL(document.baseURI).searchParams.get("patience");
  if (patience) worker.searchParams.set("patience", patience);
  // Without a service worker the page only needs a network, so there is nothing to report.
  navigator.serviceWorker.register(worker).catch(() => undefined);
}
