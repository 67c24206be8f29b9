// Dragging a rectangle over the map to choose several points.
import { element } from "../parts/dom.js";

/** A pointer that moves less than this, in pixels, clicks. */
const STILL = 6;

/** A rectangle in the box, in pixels. @typedef {{ left: number, top: number, right: number, bottom: number }} Area */

/**
 * A mouse drags at once; a finger, which also scrolls the page, only while `mayTouch` says so.
 * @param {object} options
 * @param {HTMLElement} options.box
 * @param {() => boolean} options.mayTouch
 * @param {(area: Area) => void} options.onMove  the rectangle as it is now
 * @param {(area: Area, extend: boolean) => void} options.onEnd  `extend`: with the shift key
 * @param {() => void} options.onCancel
 */
export function createBrush({ box, mayTouch, onMove, onEnd, onCancel }) {
  const mark = element("div", { class: "map-brush", hidden: true });
  /** @type {{ pointer: number, x: number, y: number } | null} */
  let start = null;
  /** Whether the pointer that is down has moved, so that the click at its end means nothing. */
  let dragged = false;

  /** @param {MouseEvent} event */
  function place({ clientX, clientY }) {
    const { left, top, width, height } = box.getBoundingClientRect();
    return { x: Math.min(width, Math.max(0, clientX - left)), y: Math.min(height, Math.max(0, clientY - top)) };
  }

  /**
   * @param {{ x: number, y: number }} from
   * @param {PointerEvent} event
   * @returns {Area}
   */
  function areaOf(from, event) {
    const { x, y } = place(event);
    return {
      left: Math.min(from.x, x),
      right: Math.max(from.x, x),
      top: Math.min(from.y, y),
      bottom: Math.max(from.y, y),
    };
  }

  function stop() {
    start = null;
    mark.hidden = true;
  }

  box.addEventListener("pointerdown", (event) => {
    dragged = false;
    if (!event.isPrimary || event.button !== 0 || !(event.pointerType === "mouse" || mayTouch())) return;
    start = { pointer: event.pointerId, ...place(event) };
  });
  box.addEventListener("pointermove", (event) => {
    if (!start || event.pointerId !== start.pointer) return;
    const area = areaOf(start, event);
    if (!dragged && Math.max(area.right - area.left, area.bottom - area.top) < STILL) return;
    if (!dragged) box.setPointerCapture(event.pointerId);
    dragged = true;
    mark.hidden = false;
    mark.style.setProperty("left", `${area.left}px`);
    mark.style.setProperty("top", `${area.top}px`);
    mark.style.setProperty("width", `${area.right - area.left}px`);
    mark.style.setProperty("height", `${area.bottom - area.top}px`);
    onMove(area);
  });
  box.addEventListener("pointerup", (event) => {
    if (!start || event.pointerId !== start.pointer) return;
    const area = areaOf(start, event);
    stop();
    if (dragged) onEnd(area, event.shiftKey);
  });
  for (const end of /** @type {const} */ (["pointercancel", "lostpointercapture"])) {
    box.addEventListener(end, (event) => {
      // What was touched inside the box loses the pointer to the box.
      if (event.target !== box && end === "lostpointercapture") return;
      if (start && dragged) onCancel();
      stop();
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !start || !dragged) return;
    stop();
    onCancel();
  });

  return {
    mark,
    /** Whether a rectangle is being drawn. */
    busy: () => start !== null && dragged,
    /** Whether the click that comes now only ends a rectangle. */
    ended: () => dragged,
  };
}
