// The boxes that drawings are made for. On the screen a box is measured; for paper nothing can be measured in time, so the style sheet
// says how large each is there.

/**
 * @param {HTMLElement} box
 * @returns {{ width: number, height: number, onPaper: boolean }}
 */
export function sizeOf(box) {
  if (box.dataset["paper"] === undefined) return { width: box.clientWidth, height: box.clientHeight, onPaper: false };
  const style = getComputedStyle(box);
  const said = (/** @type {string} */ name) => Number(style.getPropertyValue(name));
  return { width: said("--paper-width"), height: said("--paper-height"), onPaper: true };
}

/**
 * Draws anew whenever the box has another size.
 * @param {HTMLElement} box
 * @param {() => void} draw
 */
export function onSize(box, draw) {
  new ResizeObserver(draw).observe(box);
  box.addEventListener("paper", draw);
}

/**
 * Has all drawings made for paper, or for the screen again.
 * @param {boolean} forPaper
 */
export function drawFor(forPaper) {
  for (const box of document.querySelectorAll(".plot-box")) {
    box.toggleAttribute("data-paper", forPaper);
    box.dispatchEvent(new Event("paper"));
  }
}
