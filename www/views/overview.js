// Map and table of the stories, and what they share: the filter, the numbers of the axes, and which stories are chosen.
import { createFilterForm } from "./filter-form.js";
import { saveImage } from "./export-image.js";
import { createMap } from "./map.js";
import { filterWords, isOn, passes } from "./map-filter.js";
import { createTable } from "./table.js";
import { element } from "../parts/dom.js";
import { count } from "../parts/format.js";
import { shownCloud } from "../session/selectors.js";

/**
 * @import { Estimate } from "../protocol.js"
 * @import { State } from "../session/state.js"
 */

/** What it shows of the state. */
export const OVERVIEW = /** @type {const} */ ([
  "entries",
  "shown",
  "bands",
  "libraryReady",
  "brushed",
  "chain",
  "live",
  "cloud",
]);

/** @typedef {Pick<State, typeof OVERVIEW[number]>} OverviewView */

/**
 * @param {object} options
 * @param {HTMLElement} options.mapRoot
 * @param {HTMLElement} options.tableRoot
 * @param {(key: string) => void} options.onChoose  shows a story again
 * @param {(index: number) => void} options.onCloud  shows a story of the cloud
 * @param {(keys: ReadonlySet<string> | null) => void} options.onBrush
 * @param {(lists: number[][]) => Promise<(Estimate | null)[]>} options.askMeans
 */
export function createOverview({ mapRoot, tableRoot, onChoose, onCloud, onBrush, askMeans }) {
  const status = element("p", { class: "visually-hidden", role: "status" });
  const form = createFilterForm({
    onFilter: () => {
      show(view);
      say(`${about()}.`);
    },
  });
  const map = createMap({
    root: mapRoot,
    toolsRoot: tableRoot,
    filter: form.node,
    onChoose,
    onCloud,
    onBrush: brush,
    onAxes: () => show(view),
    onSave: save,
    askMeans,
  });
  const table = createTable({ onChoose, onTick: tick, say });
  mapRoot.append(status);
  tableRoot.append(table.node);

  /** @type {OverviewView} */
  let view = {
    entries: [],
    shown: null,
    bands: {},
    libraryReady: false,
    brushed: null,
    chain: null,
    live: null,
    cloud: null,
  };
  /** The stories that pass the filter. @type {OverviewView["entries"]} */
  let passing = [];

  /** @param {string} text */
  function say(text) {
    status.textContent = text;
  }

  /** How many of how many stories. */
  function counted() {
    const all = view.entries.length === 1 ? "1 story" : `${count(view.entries.length)} stories`;
    return isOn(form.filter()) ? `${count(passing.length)} of ${all}` : all;
  }

  /** The same, and which ones. */
  function about() {
    const words = filterWords(form.filter(), view.chain);
    return words ? `${counted()} (${words})` : counted();
  }

  /**
   * @param {string[]} keys
   * @param {boolean} extend
   */
  function brush(keys, extend) {
    setBrushed(new Set([...(extend ? (view.brushed ?? []) : []), ...keys]));
  }

  /**
   * @param {string} key
   * @param {boolean} chosen
   */
  function tick(key, chosen) {
    const keys = new Set(view.brushed);
    if (chosen) keys.add(key);
    else keys.delete(key);
    setBrushed(keys);
  }

  /** @param {Set<string>} keys */
  function setBrushed(keys) {
    // Those that were deleted since are not counted.
    const there = new Set(view.entries.map(({ key }) => key).filter((key) => keys.has(key)));
    onBrush(there.size > 0 ? there : null);
    say(there.size > 0 ? `${count(there.size)} chosen.` : "None chosen.");
  }

  /**
   * @param {"svg" | "png"} kind
   * @param {import("./map-drawing.js").Picture} picture
   */
  async function save(kind, picture) {
    const name = await saveImage(kind, picture, about());
    say(name ? `Saved ${name}.` : "The image could not be made.");
  }

  /** @param {OverviewView} next */
  function show(next) {
    view = next;
    const prompt = next.entries.find(({ key }) => key === next.shown)?.record.settings.prompt ?? null;
    form.offer(next.entries, next.chain, prompt);
    const filter = form.filter();
    passing = next.entries.filter((entry) => passes(entry, filter, next.chain));
    form.tell(counted());
    const { shown, brushed, bands, libraryReady, chain, live } = next;
    map.show({
      entries: passing,
      about: about(),
      filtered: isOn(filter),
      shown,
      brushed,
      bands,
      libraryReady,
      live,
      cloud: shownCloud(next),
    });
    table.show({ entries: passing, about: about(), shown, brushed, axes: map.axes(), chain });
  }

  return {
    show,
    /** Calls the numbers as the engine does, once it has said how. */
    describe() {
      map.describe();
      show(view);
    },
  };
}
