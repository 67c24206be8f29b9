// The workers: each starts the WebAssembly module and lets it answer messages. Whatever goes wrong reaches the page as a message.
import { engineModule } from "./parts/features.js";

const address = new URL(self.location.href).searchParams;
/** One module, two kinds of worker: one writes stories, the other searches the library. */
const isLibrary = address.get("role") === "library";

/** @param {unknown} reason */
function report(reason) {
  const detail = reason instanceof Error ? reason.message : String(reason);
  self.postMessage({
    type: "error",
    id: null,
    code: "panic",
    message: isLibrary
      ? `The library has stopped (${detail}). Try again; everything else goes on.`
      : `The story engine has stopped (${detail}). Start it again; nothing you typed is lost.`,
  });
}

self.addEventListener("error", (event) => report(event.error ?? event.message));
self.addEventListener("unhandledrejection", (event) => report(event.reason));

try {
  const { default: init, serve, serve_library } = await import(engineModule(address.get("simd")));
  await init();
  if (isLibrary) serve_library();
  else serve();
} catch (reason) {
  report(reason);
}
