// Messages that lie over the page and can be dismissed: problems with a link, refused settings, a link to copy by hand.
import { button, element } from "../parts/dom.js";

/**
 * What a notice is about: a link, the model, a story that failed, a replaced prompt, a link to copy, a story chosen, stories
 * that are not kept, stories deleted, stories imported, an adapter, an engine that does not run.
 * @typedef {"link" | "model" | "story" | "prompt" | "copy" | "choice" | "archive" | "shelf" | "import" | "adapter" | "engine"} Purpose
 */

/** How long a notice stays that nobody needs to act on. */
const FLEETING_MILLISECONDS = 9000;
/** The same with a way back, which takes longer to decide on. */
const UNDO_MILLISECONDS = 30_000;

/**
 * @param {{ container: HTMLElement }} options
 */
export function createNotices({ container }) {
  /**
   * Shows a notice and returns it. Only one for each purpose is kept, so that they never pile up.
   * @param {{ kind: "problem" | "info", purpose: Purpose, text: string, list?: string[], content?: HTMLElement, fleeting?: boolean, action?: { text: string, run: () => void } }} options
   */
  function show({ kind, purpose, text, list = [], content, fleeting = false, action }) {
    clear(purpose);
    const body = element("div", { class: "notice-text" }, element("p", {}, text));
    if (list.length > 0) body.append(element("ul", {}, ...list.map((item) => element("li", {}, item))));
    if (content) body.append(content);
    const buttons = element("div", { class: "notice-buttons" });
    /** Where the keyboard came from. @type {EventTarget | null} */
    let before = null;
    const notice = element("div", {
      class: "notice",
      "data-kind": kind,
      "data-purpose": purpose,
      role: kind === "problem" ? "alert" : "status",
    });
    notice.addEventListener("focusin", ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node && notice.contains(relatedTarget))) before = relatedTarget;
    });
    /** Goes away; the keyboard goes on where it was. @param {() => void} [act] */
    const leave = (act) => {
      notice.remove();
      act?.();
      if (document.activeElement === document.body && before instanceof HTMLElement && before.isConnected)
        before.focus({ preventScroll: true });
    };
    if (action) {
      buttons.append(button(action.text, () => leave(action.run)));
    }
    buttons.append(button("Dismiss", () => leave()));
    // A live region announces what is put into it, so it goes onto the page empty.
    container.append(notice);
    notice.append(body, buttons);
    if (fleeting)
      setTimeout(
        () => notice.matches(":hover, :focus-within") || notice.remove(),
        action ? UNDO_MILLISECONDS : FLEETING_MILLISECONDS,
      );
    return notice;
  }

  /** @param {Purpose} purpose */
  function clear(purpose) {
    for (const old of container.querySelectorAll(`[data-purpose="${purpose}"]`)) old.remove();
  }

  return { show, clear };
}
