// The strip under the header: how far the model is, that it is ready, or what went wrong and what to do.
import { button, element } from "../parts/dom.js";
import { duration, megabytes } from "../parts/format.js";

/**
 * @import { Engine, Silence } from "../session/state.js"
 */

/**
 * @param {{ onRetry: () => void }} options
 */
export function createLoader({ onRetry }) {
  const text = element("p", { class: "loader-text", tabindex: -1 });
  const bar = element("div", { class: "loader-bar" });
  const track = element(
    "div",
    {
      class: "loader-track",
      role: "progressbar",
      "aria-label": "Loading the model",
      "aria-valuemin": 0,
      "aria-valuemax": 100,
    },
    bar,
  );
  const node = element("div", { class: "loader" }, text, track);
  /** @type {HTMLButtonElement | null} */
  let retry = null;
  let shownAction = "";

  /** @param {{ engine: Engine, silence: Silence | null }} state */
  function show({ engine, silence }) {
    node.dataset["phase"] = silence ? "silent" : engine.phase;
    track.hidden = silence !== null || (engine.phase !== "loading" && engine.phase !== "starting");
    text.toggleAttribute("role", false);
    if (silence) {
      text.setAttribute("role", "alert");
      text.textContent = silence.text;
    } else if (engine.phase === "starting") {
      text.textContent = "Starting the story engine…";
      track.removeAttribute("aria-valuenow");
      bar.style.setProperty("--done", "0");
    } else if (engine.phase === "loading") {
      const done = engine.total > 0 ? Math.min(1, engine.loaded / engine.total) : 0;
      const share = Math.floor(done * 100);
      const source = engine.from === "cache" ? "Reading the model from this device" : "Loading the model, once";
      const amount = `${megabytes(engine.loaded)} of ${megabytes(engine.total)} MB (${share}%)`;
      text.textContent = `${source}: ${amount}`;
      track.setAttribute("aria-valuenow", String(share));
      track.setAttribute("aria-valuetext", amount);
      bar.style.setProperty("--done", String(done));
    } else if (engine.phase === "ready") {
      const kept = engine.from === "cache" || engine.kept ? ", offline too" : "";
      text.textContent = `Ready: ${engine.model.title || engine.model.name} runs on this device${kept}.${engine.note ? ` ${engine.note}` : ""}`;
      text.title = `Loaded ${engine.from === "cache" ? "from this device" : "over the network"} in ${duration(engine.seconds)}.`;
    } else {
      text.setAttribute("role", "alert");
      text.textContent = engine.message;
    }

    const action = silence?.action ?? (engine.phase === "failed" ? (engine.action ?? "") : "");
    if (action === shownAction) return;
    shownAction = action;
    // Its button goes away, and the focus needs a place.
    if (retry !== null && retry === document.activeElement) text.focus({ preventScroll: true });
    retry?.remove();
    retry = action === "" ? null : button(action, onRetry);
    if (retry) node.append(retry);
  }

  return { node, show };
}
