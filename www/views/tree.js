// The tree of branches: each story that others branch off, and under it those, with the word that was put there.
import { element } from "../parts/dom.js";
import { percent, tokenName } from "../parts/format.js";
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
   * @param {Entry[]} entries
   * @param {Map<string, Entry[]>} children
   * @param {number} depth
   * @returns {HTMLUListElement}
   */
  function list(entries, children, depth) {
    const node = element("ul");
    for (const entry of entries) {
      const item = element("li", {}, createButton(entry));
      node.append(item);
      const below = children.get(entry.key) ?? [];
      if (below.length === 0) continue;
      const inner = list(below, children, depth + 1);
      if (depth < DEEPEST) item.append(inner);
      else node.append(...inner.children);
    }
    return node;
  }

  /**
   * @param {HTMLButtonElement} node
   * @param {Entry} entry
   */
  function fill(node, entry) {
    const { numbers, percentiles } = entry.record;
    const novelty = percentiles["new_ngrams_3"];
    const coherence = numbers["coherence"];
    const parts = [
      ...(novelty === undefined ? [] : [`novelty ${percent(novelty)}`]),
      ...(typeof coherence === "number" ? [`coherence ${percent(Math.max(0, coherence))}`] : []),
    ];
    const words = [element("b", {}, entryName(entry))];
    if (entry.parent)
      words.push(element("span", {}, ` ${tokenName(givenText(entry))} at token ${entry.parent.position + 1}`));
    if (parts.length > 0) words.push(element("span", { class: "tree-numbers" }, ` ${parts.join(", ")}`));
    node.replaceChildren(...words);
  }

  return {
    /**
     * @param {Entry[]} entries
     * @param {string | null} shown
     */
    show(entries, shown) {
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
        box.replaceChildren(list(roots, children, 1));
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
  const keys = new Set(entries.map((entry) => entry.key));
  /** @type {Map<string, Entry[]>} */
  const children = new Map();
  for (const entry of entries) {
    if (!entry.parent || !keys.has(entry.parent.key)) continue;
    children.set(entry.parent.key, [...(children.get(entry.parent.key) ?? []), entry]);
  }
  const roots = entries.filter((entry) => children.has(entry.key) && !(entry.parent && keys.has(entry.parent.key)));
  return { roots, children };
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
