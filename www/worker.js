// The workers: each starts the WebAssembly module and lets it answer messages. Whatever goes wrong reaches the page as a message.
import { engineModule } from "./parts/features.js";

const address = new URL(self.location.href).searchParams;
/** One module, three kinds of worker: one writes stories, one searches the library, one writes those of an experiment. */
const role = address.get("role");
const isLibrary = role === "library";

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

// A sign of life for www/session/watch.js. The engine takes all messages but this one.
self.addEventListener("message", (event) => {
  if (event.data?.type !== "ping") return;
  event.stopImmediatePropagation();
  self.postMessage({ type: "pong" });
});
self.addEventListener("error", (event) => report(event.error ?? event.message));
self.addEventListener("unhandledrejection", (event) => report(event.reason));

try {
  const { default: init, serve, serve_library, serve_experiments } = await import(engineModule(address.get("simd")));
  await init();
  if (isLibrary) serve_library();
  else if (role === "experiments") serve_experiments();
  else serve();
} catch (reason) {
  report(reason);
}
