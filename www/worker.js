// The worker: starts the WebAssembly module and lets it answer messages. Whatever goes wrong reaches the page as a message.
import { engineModule } from "./features.js";

/** @param {unknown} reason */
function report(reason) {
  const detail = reason instanceof Error ? reason.message : String(reason);
  self.postMessage({
    type: "error",
    id: null,
    code: "panic",
    message: `The story engine has stopped (${detail}). Start it again; nothing you typed is lost.`,
  });
}

self.addEventListener("error", (event) => report(event.error ?? event.message));
self.addEventListener("unhandledrejection", (event) => report(event.reason));

try {
  const { default: init, serve } = await import(engineModule(new URL(self.location.href).searchParams.get("simd")));
  await init();
  serve();
} catch (reason) {
  report(reason);
}
