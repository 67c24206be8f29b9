// The likeliest tokens at one place as bars: outlined what the model gives them, filled what the sampling chain leaves.
import { button, element } from "../parts/dom.js";
import { chance, count, tokenName, visibleToken } from "../parts/format.js";
import { LEAST, axisEnd, logShare } from "../parts/scale.js";

/**
 * @import { Candidate, LookedMessage } from "../protocol.js"
 */

/** Tokens shown: so many of the likeliest before the chain, and of those after it. */
const SHOWN = 12;

/**
 * The candidates to show, by rank, the chosen one among them.
 * @param {LookedMessage} looked
 */
function pick({ candidates, chosen }) {
  const before = candidates.slice(0, SHOWN);
  const after = [...candidates].sort((one, other) => other.chained - one.chained).slice(0, SHOWN);
  const picked = new Set([...before, ...after.filter((candidate) => candidate.chained > 0)]);
  const tokens = new Set([...picked].map((candidate) => candidate.token));
  if (chosen && !tokens.has(chosen.token)) picked.add(chosen);
  return [...picked].sort((one, other) => one.rank - other.rank);
}

/**
 * Writes a text only where it changes: most of a chart stays the same from one frame to the next.
 * @param {Node} node
 * @param {string} text
 */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A bar, and how to set its length, a share of the axis. */
function createBar(/** @type {string} */ name) {
  const node = element("i", { class: name });
  let length = "";
  return {
    node,
    /** @param {number} share */
    set(share) {
      const next = share.toFixed(4);
      if (next === length) return;
      length = next;
      node.style.setProperty("--at", next);
    },
  };
}

/**
 * @param {{ onBranch: (token: number) => void }} options
 */
export function createCandidates({ onBranch }) {
  const axis = [element("span"), element("span")];
  const body = element("tbody");
  const node = element(
    "table",
    { class: "candidates", "aria-label": "Candidates for the next token" },
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        element("th", { scope: "col" }, "Word"),
        element("td", { class: "candidate-axis", "aria-hidden": "true" }, ...axis),
        element("th", { scope: "col" }, "Model"),
        element("th", { scope: "col" }, "Yours"),
      ),
    ),
    body,
  );
  /** Rows are made once and used again. @type {ReturnType<typeof createRow>[]} */
  const rows = [];
  const rest = {
    name: element("span"),
    before: createBar("before"),
    after: createBar("after"),
    model: element("td"),
    chained: element("td"),
  };
  const restRow = element(
    "tr",
    { class: "candidate-rest" },
    element("th", { scope: "row" }, rest.name),
    element(
      "td",
      { class: "candidate-bar", "aria-hidden": "true" },
      element("div", {}, rest.after.node, rest.before.node),
    ),
    rest.model,
    rest.chained,
  );

  function createRow() {
    const name = button("", () => {
      if (!name.hasAttribute("aria-disabled")) onBranch(row.token);
    });
    const after = createBar("after");
    const before = createBar("before");
    const model = element("td");
    const chained = element("span");
    const tr = element(
      "tr",
      {},
      element("th", { scope: "row" }, name),
      element("td", { class: "candidate-bar", "aria-hidden": "true" }, element("div", {}, after.node, before.node)),
      model,
      element("td", {}, element("span", { class: "cut-by" }, "cut by "), chained),
    );
    const row = { tr, name, after, before, model, chained, token: -1, state: "" };
    return row;
  }

  /**
   * @param {ReturnType<typeof createRow>} row
   * @param {Candidate} candidate
   * @param {{ chosen: boolean, atEnd: boolean, share: (probability: number) => number, labelOf: (stage: string) => string }} how
   */
  function fill(row, candidate, { chosen, atEnd, share, labelOf }) {
    const { token, text, probability, chained, removed_by } = candidate;
    row.before.set(share(probability));
    row.after.set(share(chained));
    write(row.model, chance(probability));
    write(row.chained, removed_by === null ? chance(chained) : labelOf(removed_by));
    const state = `${token} ${chosen} ${removed_by !== null} ${atEnd}`;
    if (row.state === state) return;
    row.state = state;
    row.token = token;
    row.tr.toggleAttribute("data-removed", removed_by !== null);
    row.tr.toggleAttribute("data-chosen", chosen);
    write(row.name, text === "" ? tokenName(text) : visibleToken(text));
    row.name.toggleAttribute("data-end", text === "");
    const name = `${text === "" ? "the " : ""}${tokenName(text)}${/^\p{L}/u.test(text) ? ", joined to the word before" : ""}`;
    row.name.setAttribute(
      "aria-label",
      chosen ? `${name} stands here` : `${atEnd ? "Go on" : "Branch here"} with ${name}`,
    );
    if (chosen) row.name.setAttribute("aria-disabled", "true");
    else row.name.removeAttribute("aria-disabled");
  }

  return {
    node,
    /**
     * @param {LookedMessage} looked
     * @param {{ log: boolean, labelOf: (stage: string) => string }} how
     */
    show(looked, { log, labelOf }) {
      const picked = pick(looked);
      const most = picked.reduce((top, { probability, chained }) => Math.max(top, probability, chained), 0);
      const end = axisEnd(most);
      const share = log ? logShare : (/** @type {number} */ probability) => Math.min(1, probability / end);
      write(axis[0] ?? body, log ? chance(LEAST).replace("<0.01", "0.001") : "0");
      write(axis[1] ?? body, log ? "100%" : chance(end));
      picked.forEach((candidate, index) => {
        let row = rows[index];
        if (!row) {
          row = createRow();
          rows.push(row);
          body.append(row.tr);
        }
        row.tr.hidden = false;
        fill(row, candidate, {
          chosen: candidate.token === looked.chosen?.token,
          atEnd: looked.chosen === null,
          share,
          labelOf,
        });
      });
      for (const row of rows.slice(picked.length)) row.tr.hidden = true;
      const before = Math.max(0, 1 - picked.reduce((sum, { probability }) => sum + probability, 0));
      const after = Math.max(0, 1 - picked.reduce((sum, { chained }) => sum + chained, 0));
      // What is left of a sum by rounding is nothing.
      const left = after < 1e-9 ? 0 : after;
      write(rest.name, `${count(looked.vocabulary - picked.length)} others`);
      write(rest.model, chance(before));
      write(rest.chained, chance(left));
      rest.before.set(share(before));
      rest.after.set(share(left));
      if (body.lastChild !== restRow) body.append(restRow);
    },
  };
}
