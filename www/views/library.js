// The library's place in the Novelty panel: offers it with its size, shows how far it is, and what it holds.
import { button, element } from "../parts/dom.js";
import { count, megabytes, percent } from "../parts/format.js";

/**
 * @import { LibraryState } from "../session/library.js"
 */

/**
 * @param {{ onOpen: () => void }} options
 */
export function createLibrary({ onOpen }) {
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
  const node = element("div", { class: "library", hidden: true }, text, track, load, said);

  return {
    node,
    /** @param {LibraryState} state */
    show(state) {
      const changed = node.dataset["phase"] !== state.phase;
      node.dataset["phase"] = state.phase;
      node.hidden = state.phase === "unknown" || state.phase === "none";
      track.hidden = state.phase !== "loading";
      const focused = load === document.activeElement;
      load.hidden = state.phase !== "offered" && state.phase !== "failed";
      switch (state.phase) {
        case "offered":
          text.textContent =
            "The library holds every word that the model has read, and tells what is new and which phrases were copied.";
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
          text.textContent = "Unpacking the library: a few seconds.";
          break;
        case "ready":
          text.textContent = `Held against ${count(state.books)} books, ${count(state.words)} words.${state.kept ? "" : " The library could not be stored on this device; it will be loaded again next time."}`;
          break;
        case "failed":
          text.textContent = state.message;
          load.textContent = "Try again";
          break;
      }
      // Its button is gone, and the focus needs a place.
      if (focused && load.hidden) text.focus({ preventScroll: true });
      if (changed) said.textContent = state.phase === "loading" ? "Loading the library." : text.textContent;
    },
  };
}
