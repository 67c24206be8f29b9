// The library's place in the Novelty panel: offers it with its size, shows how far it is with a way to stop it, and what it holds.
import { button, element } from "../parts/dom.js";
import { count, megabytes, percent } from "../parts/format.js";

/**
 * @import { LibraryState } from "../session/library.js"
 */

/**
 * @param {{ onOpen: () => void, onStop: () => void }} options
 */
export function createLibrary({ onOpen, onStop }) {
  const text = element("p", { class: "hint", tabindex: -1 });
  /** Said to screen readers: each phase once, not every megabyte. */
  const said = element("span", { class: "visually-hidden", role: "status" });
  const bar = element("div", { class: "loader-bar" });
  const track = element(
    "div",
    { class: "loader-track", role: "progressbar", "aria-label": "Library", "aria-valuemin": 0, "aria-valuemax": 100 },
    bar,
  );
  const load = button("Load the library", onOpen);
  const stop = button("Stop loading", onStop);
  const node = element("div", { class: "library", hidden: true }, text, track, load, stop, said);
  const books = element("p", { hidden: true });

  return {
    node,
    /** What the library holds, for whoever asks what novelty means. */
    books,
    /** @param {LibraryState} state */
    show(state) {
      const changed = node.dataset["phase"] !== state.phase;
      node.dataset["phase"] = state.phase;
      // Open, it says nothing here: the number stands in its place.
      node.hidden = ["unknown", "none", "ready"].includes(state.phase) && !(state.phase === "ready" && !state.kept);
      books.hidden = state.phase !== "ready";
      track.hidden = state.phase !== "loading";
      const focused = [load, stop].find((one) => one === document.activeElement);
      load.hidden = state.phase !== "offered" && state.phase !== "failed";
      stop.hidden = state.phase !== "loading" && state.phase !== "opening";
      switch (state.phase) {
        case "offered":
          text.textContent = state.isStopped
            ? "You stopped the library. Your stories are not affected, and you can load it at any time."
            : "Novelty needs the library: all the books that the model has read.";
          load.textContent = `Load the library (${megabytes(state.bytes)} MB)`;
          break;
        case "loading": {
          const share = state.total > 0 ? state.loaded / state.total : 0;
          text.textContent = `Loading the library: ${megabytes(state.loaded)} of ${megabytes(state.total)} MB`;
          bar.style.setProperty("--done", String(share));
          track.setAttribute("aria-valuenow", String(Math.round(share * 100)));
          track.setAttribute("aria-valuetext", percent(share));
          break;
        }
        case "opening":
          text.textContent = "Opening the library. This takes a few seconds.";
          break;
        case "ready":
          books.textContent = `The library holds ${count(state.books)} books with ${count(state.words)} words.`;
          text.textContent = state.kept
            ? ""
            : "The library could not be stored on this device. It will be loaded again next time.";
          break;
        case "failed":
          text.textContent = state.message;
          load.textContent = "Try again";
          break;
      }
      // The button that was pressed is gone, and the focus needs a place: once the library is open, where its books are counted.
      const place = node.hidden ? books.closest("details")?.querySelector("summary") : text;
      if (focused && (focused.hidden || node.hidden)) place?.focus({ preventScroll: true });
      if (changed)
        said.textContent =
          state.phase === "loading"
            ? "Loading the library."
            : state.phase === "ready"
              ? `${books.textContent} ${text.textContent}`.trim()
              : text.textContent;
    },
  };
}
