// Going through the story word by word: with the mouse, a finger, the arrow keys, or along the strip below it.

/**
 * @import { Token } from "./story-tokens.js"
 */

/** Milliseconds that a pointer rests on a word before the lens goes there: passing over words asks nothing. */
const REST = 120;

/**
 * @param {object} options
 * @param {HTMLElement} options.text  the box that the words scroll in
 * @param {() => readonly Token[]} options.all
 * @param {(position: number | null) => number} options.placeOf  the token of a generated token's place; −1 where none is
 * @param {(index: number | null) => void} options.onRead  the token to tell about: pointed at, else the one with the focus or under the lens
 * @param {(position: number | null) => void} options.onPosition  the lens is to look here; null is the end
 * @param {(index: number) => boolean} options.onOpen  Enter or a click on a token; true if that opened something
 * @param {() => void} options.onEnter  the keyboard wants to go on into the card
 */
export function createReading({ text, all, placeOf, onRead, onPosition, onOpen, onEnter }) {
  /** The one token that the Tab key reaches. */
  let reachable = 0;
  /** The token under the lens. @type {number | null} */
  let looked = null;
  /** Whether the reader chose it; one that a pointer only rests on gives way to the next. */
  let held = false;
  /** The token pointed at. @type {number | null} */
  let pointed = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let resting;
  /** The word that the readout describes to a screen reader. @type {HTMLElement | undefined} */
  let described;

  /** @param {EventTarget | null} target */
  function indexOf(target) {
    const node = target instanceof Element ? target.closest(".token") : null;
    return node ? all().findIndex((token) => token.node === node) : -1;
  }

  function tell() {
    const focused = indexOf(document.activeElement);
    onRead(pointed ?? (focused >= 0 ? focused : looked));
  }

  /**
   * @param {number | null} index
   */
  function point(index) {
    if (index === pointed) return;
    all()[pointed ?? -1]?.node.removeAttribute("data-pointed");
    clearTimeout(resting);
    pointed = index;
    const token = all()[index ?? -1];
    token?.node.setAttribute("data-pointed", "");
    if (token && !held) resting = setTimeout(() => onPosition(token.position), REST);
    tell();
  }

  /** @param {number} index */
  function hold(index) {
    const token = all()[index];
    if (!token) return;
    clearTimeout(resting);
    held = true;
    onPosition(token.position);
  }

  /**
   * @param {number} index
   * @param {{ scroll?: boolean }} [options]
   */
  function focus(index, { scroll = true } = {}) {
    const next = all()[index];
    if (!next) return;
    all()[reachable]?.node.setAttribute("tabindex", "-1");
    reachable = index;
    next.node.setAttribute("tabindex", "0");
    next.node.focus({ preventScroll: true });
    if (scroll) next.node.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /**
   * The token on the next line above or below that is nearest to this one.
   * @param {number} index
   * @param {1 | -1} direction
   */
  function neighbourLine(index, direction) {
    const tokens = all();
    const here = tokens[index]?.node.getClientRects()[0];
    if (!here) return index;
    let line = /** @type {number | null} */ (null);
    let best = index;
    let bestDistance = Infinity;
    for (let at = index + direction; tokens[at]; at += direction) {
      const box = tokens[at]?.node.getClientRects()[0];
      if (!box || Math.abs(box.top - here.top) < here.height / 2) continue;
      if (line === null) line = box.top;
      else if (Math.abs(box.top - line) > here.height / 2) break;
      const distance = Math.abs(box.left - here.left);
      if (distance < bestDistance) [best, bestDistance] = [at, distance];
    }
    return best;
  }

  text.addEventListener("pointerover", (event) => {
    const index = indexOf(event.target);
    if (index >= 0) point(index);
  });
  text.addEventListener("pointerleave", () => point(null));
  text.addEventListener("click", (event) => {
    const index = indexOf(event.target);
    // Do not disturb a reader who has just selected some words.
    if (index < 0 || getSelection()?.isCollapsed === false) return;
    focus(index);
    hold(index);
    onOpen(index);
  });
  text.addEventListener("focusin", (event) => {
    const index = indexOf(event.target);
    described?.removeAttribute("aria-describedby");
    described = all()[index]?.node;
    if (!described) return;
    described.setAttribute("aria-describedby", "story-readout");
    hold(index);
    tell();
  });
  text.addEventListener("focusout", () => queueMicrotask(tell));
  text.addEventListener("keydown", (event) => {
    const index = indexOf(event.target);
    if (index < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    /** @type {Record<string, () => number>} */
    const moves = {
      ArrowRight: () => Math.min(all().length - 1, index + 1),
      ArrowLeft: () => Math.max(0, index - 1),
      ArrowDown: () => neighbourLine(index, 1),
      ArrowUp: () => neighbourLine(index, -1),
      Home: () => 0,
      End: () => all().length - 1,
    };
    const move = moves[event.key];
    if (event.key === "Enter" && !onOpen(index)) onEnter();
    else if (event.key === "Escape") onPosition(null);
    else if (move) focus(move());
    else return;
    event.preventDefault();
  });

  return {
    point,
    focus,
    /** The token under the lens, or null. */
    looked: () => looked,
    /**
     * Marks the place under the lens; null for the end.
     * @param {number | null} position
     */
    mark(position) {
      all()[looked ?? -1]?.node.removeAttribute("data-looked");
      const place = placeOf(position);
      looked = place < 0 ? null : place;
      if (looked === null) held = false;
      all()[looked ?? -1]?.node.setAttribute("data-looked", "");
      tell();
    },
    /** The words are about to be replaced. */
    forget() {
      clearTimeout(resting);
      [reachable, looked, held, pointed] = [0, null, false, null];
    },
  };
}
