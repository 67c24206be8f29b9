// The tree of branches: each story that others branch off, and under it those, with the word that was put there.
import { element } from "../parts/dom.js";
import { tokenName } from "../parts/format.js";
import { metricOf } from "./metric-list.js";
import { entryName } from "../session/state.js";

/**
 * @import { Entry } from "../session/state.js"
 */

/** Levels that are drawn inside each other; deeper branches stand in the list of the last one. */
const DEEPEST = 12;

/**
 * Fills the region of the tree; it is hidden until there is a branch.
 * @param {{ root: HTMLElement, onChoose: (key: string) => void }} options
 */
export function createTree({ root, onChoose }) {
  const box = element("div", { class: "tree-box" });
  root.append(
    element("h2", { id: "tree-heading" }, "Branches"),
    element(
      "p",
      { class: "hint" },
      "Each story with those that branch off from it, and the word that was put there. Choose one to read it.",
    ),
    box,
  );

  /** The buttons on the page by the keys of their stories. @type {Map<string, HTMLButtonElement>} */
  let buttons = new Map();
  /** Which story hangs under which, to notice when that changes. */
  let structure = "";

  /** @param {Entry} entry */
  function createButton(entry) {
    const node = element("button", { type: "button", class: "tree-story" });
    node.addEventListener("click", () => onChoose(entry.key));
    buttons.set(entry.key, node);
    return node;
  }

  /**
   * The tree as lists in lists. Without recursion: a file may bring a chain of thousands of branches.
   * @param {Entry[]} roots
   * @param {Map<string, Entry[]>} children
   */
  function draw(roots, children) {
    const top = element("ul");
    const waiting = roots.toReversed().map((entry) => ({ entry, list: top, depth: 1 }));
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const { entry, list, depth } = next;
      const item = element("li", {}, createButton(entry));
      list.append(item);
      const below = children.get(entry.key);
      if (!below) continue;
      const inner = depth < DEEPEST ? element("ul") : list;
      if (inner !== list) item.append(inner);
      for (const branch of below.toReversed()) waiting.push({ entry: branch, list: inner, depth: depth + 1 });
    }
    return top;
  }

  /**
   * @param {HTMLButtonElement} node
   * @param {Entry} entry
   */
  function fill(node, entry) {
    const { numbers } = entry.record;
    const shown = ["novelty", "coherence"].filter((name) => typeof numbers[name] === "number");
    const parts = shown.map((name) => `${name} ${metricOf(name).write(numbers[name] ?? null)}`);
    const words = [element("b", {}, entryName(entry))];
    if (entry.parent)
      words.push(element("span", {}, ` ${tokenName(givenText(entry))} at token ${entry.parent.position + 1}`));
    if (parts.length > 0) words.push(element("span", { class: "tree-numbers" }, ` ${parts.join(", ")}`));
    node.replaceChildren(...words);
  }

  return {
    /** @param {{ entries: Entry[], shown: string | null }} state */
    show({ entries, shown }) {
      const { roots, children } = treeOf(entries);
      root.hidden = roots.length === 0;
      const next = JSON.stringify([
        roots.map((entry) => entry.key),
        [...children].map(([key, below]) => [key, below.map((entry) => entry.key)]),
      ]);
      if (next !== structure) {
        const focused = [...buttons].find(([, node]) => node === document.activeElement)?.[0];
        structure = next;
        buttons = new Map();
        box.replaceChildren(draw(roots, children));
        if (focused !== undefined) buttons.get(focused)?.focus({ preventScroll: true });
      }
      for (const entry of entries) {
        const node = buttons.get(entry.key);
        if (!node) continue;
        fill(node, entry);
        if (entry.key === shown) node.setAttribute("aria-current", "true");
        else node.removeAttribute("aria-current");
      }
    },
  };
}

/**
 * The stories that others branch off and that are no branches themselves (of a story that is here), and who hangs under whom.
 * @param {Entry[]} entries
 */
function treeOf(entries) {
  const parents = parentsOf(entries);
  /** @type {Map<string, Entry[]>} */
  const children = new Map();
  for (const entry of entries) {
    const parent = parents.get(entry.key);
    if (!parent) continue;
    const below = children.get(parent.key);
    if (below) below.push(entry);
    else children.set(parent.key, [entry]);
  }
  return { roots: entries.filter(({ key }) => children.has(key) && !parents.has(key)), children };
}

/**
 * The story that each one hangs under, by its key. An imported file may say that stories branch off each other in a circle: one of them
 * then hangs under none.
 * @param {Entry[]} entries
 */
function parentsOf(entries) {
  const byKey = new Map(entries.map((entry) => [entry.key, entry]));
  /** @type {Map<string, Entry>} */
  const parents = new Map();
  /** Those whose way up is known, and where it was begun. @type {Map<string, number>} */
  const seen = new Map();
  for (const [way, start] of entries.entries()) {
    let entry = start;
    while (!seen.has(entry.key)) {
      seen.set(entry.key, way);
      const parent = byKey.get(entry.parent?.key ?? "");
      // Seen on this very way: a circle.
      if (!parent || seen.get(parent.key) === way) break;
      parents.set(entry.key, parent);
      entry = parent;
    }
  }
  return parents;
}

/**
 * The text of the tokens that a branch was given where it begins.
 * @param {Entry} entry
 */
function givenText({ parent, record }) {
  const forced = new Set((record.settings.forced ?? []).map(([place]) => place));
  let text = "";
  for (let at = parent?.position ?? 0; forced.has(at); at += 1) text += record.token_texts[at] ?? "";
  return text;
}
