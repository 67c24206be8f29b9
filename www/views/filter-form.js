// The filter of map and table as a form: closed until it is wanted, with how many stories pass beside it.
import { stagesOn } from "./chain-words.js";
import { ANY_ADAPTER, ANY_STAGE, NO_ADAPTER, NO_STAGE, everything, isOn } from "./map-filter.js";
import { button, element } from "../parts/dom.js";
import { hashOf, nameOf } from "../parts/names.js";

/**
 * @import { ChainDescription } from "../protocol.js"
 * @import { Filter } from "./map-filter.js"
 * @import { Entry } from "../session/state.js"
 */

const VALUES = [1, 2, 3, 4, 5];

/** @typedef {[value: string, text: string]} Choice */

/**
 * Puts choices into a list, if they are others than before; the first asks for nothing.
 * @param {HTMLSelectElement} list
 * @param {Choice[]} choices
 */
function offer(list, choices) {
  const same =
    list.options.length === choices.length &&
    choices.every(([value, text], at) => list.options[at]?.value === value && list.options[at]?.text === text);
  if (same) return;
  const { value } = list;
  list.replaceChildren(...choices.map(([name, text]) => element("option", { value: name }, text)));
  list.value = choices.some(([name]) => name === value) ? value : "";
}

/**
 * @param {string} name
 * @param {{ max: number, step: number, percent?: boolean }} limits
 */
function createRange(name, { max, step, percent = false }) {
  const unit = percent ? ", in percent" : "";
  const box = (/** @type {string} */ label) =>
    element("input", { type: "number", inputmode: "decimal", min: 0, max, step, "aria-label": label });
  const from = box(`${name} from${unit}`);
  const to = box(`${name} to${unit}`);
  const node = element(
    "div",
    { class: "filter-range" },
    element("label", {}, `${name} from `, from),
    element("label", {}, "to ", to, percent ? "%" : ""),
  );
  /** @returns {[number | null, number | null]} */
  const value = () => {
    const [one, other] = [from, to].map((field) =>
      field.value === "" || !Number.isFinite(field.valueAsNumber) ? null : field.valueAsNumber,
    );
    return [one ?? null, other ?? null];
  };
  const clear = () => {
    from.value = "";
    to.value = "";
  };
  return { node, value, clear };
}

/**
 * Percentages as shares.
 * @param {[number | null, number | null]} range
 * @returns {[number | null, number | null]}
 */
function share([from, to]) {
  return [from === null ? null : from / 100, to === null ? null : to / 100];
}

/**
 * @param {{ onFilter: (filter: Filter) => void }} options
 */
export function createFilterForm({ onFilter }) {
  const listOf = (/** @type {Choice[]} */ ...choices) =>
    element("select", {}, ...choices.map(([value, text]) => element("option", { value }, text)));
  const model = listOf(["", "all"]);
  const origin = listOf(["", "all"], ["own", "yours"], ["example", "examples"], ["starred", "starred"]);
  const chain = listOf(["", "any"]);
  const adapter = listOf(["", "any, or none"]);
  const rating = listOf(
    ["", "any, or none"],
    ...VALUES.map(/** @returns {Choice} */ (least) => [String(least), least === 5 ? "5" : `${least} or more`]),
  );
  const temperature = createRange("Temperature", { max: 2, step: 0.05 });
  const topP = createRange("Top-p", { max: 1, step: 0.01 });
  const strength = createRange("Strength", { max: 150, step: 5, percent: true });
  const prompt = element("input", { type: "checkbox" });
  const promptText = element("span", { class: "filter-prompt" });
  const summary = element("summary", {}, "Filter");
  const total = element("p", { class: "filter-count" });
  const all = button("Show all", showAll, { class: "small", hidden: true });
  const fields = element(
    "div",
    { class: "filter-fields" },
    element("label", {}, "Stories ", origin),
    temperature.node,
    topP.node,
    element("label", {}, "Samplers ", chain),
    element("label", {}, "Adapter ", adapter),
    strength.node,
    element("label", {}, "Value ", rating),
    element("label", {}, "Model ", model),
    element("label", { class: "check" }, prompt, "Only the prompt of the story shown", promptText),
  );
  const node = element(
    "div",
    { class: "filter", role: "group", "aria-label": "Filter of map and table" },
    element("details", {}, summary, fields),
    element("div", { class: "filter-state" }, total, all),
  );

  /** The prompt of the story shown last. @type {string | null} */
  let shownPrompt = null;
  /** The prompt that stories must have, as it was when the reader asked for it. @type {string | null} */
  let wantedPrompt = null;
  /** @type {Filter} */
  let filter = everything;

  function read() {
    filter = {
      model: model.value || null,
      origin: /** @type {Filter["origin"]} */ (origin.value || null),
      temperature: temperature.value(),
      topP: topP.value(),
      chain: chain.value || null,
      adapter: adapter.value || null,
      strength: share(strength.value()),
      prompt: prompt.checked ? wantedPrompt : null,
      rating: rating.value === "" ? null : Number(rating.value),
    };
    onFilter(filter);
  }

  function showAll() {
    for (const list of [model, origin, chain, adapter, rating]) list.value = "";
    temperature.clear();
    topP.clear();
    strength.clear();
    prompt.checked = false;
    // The button goes, and must not take the focus with it.
    summary.focus();
    read();
  }

  prompt.addEventListener("input", () => {
    wantedPrompt = shownPrompt;
    promptText.textContent = prompt.checked && wantedPrompt !== null ? `“${wantedPrompt}”` : "";
  });
  fields.addEventListener("input", read);

  return {
    node,
    /** @returns {Filter} */
    filter: () => filter,
    /**
     * Offers what the stories can be told apart by. A wish goes with the last story that it was for.
     * @param {Entry[]} entries
     * @param {ChainDescription | null} description
     * @param {string | null} promptNow  of the story that is shown
     */
    offer(entries, description, promptNow) {
      const stages = new Map(
        entries.flatMap(({ record }) => stagesOn(record.settings, description).map(({ name, label }) => [name, label])),
      );
      offer(model, [
        ["", "all"],
        ...[...new Set(entries.map(({ record }) => record.model))]
          .sort()
          .map(/** @returns {Choice} */ (name) => [name, name]),
      ]);
      offer(chain, [
        ["", "any"],
        [NO_STAGE, "temperature and top-p only"],
        [ANY_STAGE, "with more of them"],
        ...[...stages].map(/** @returns {Choice} */ ([name, label]) => [name, `with ${label}`]),
      ]);
      const adapters = new Map(
        entries.flatMap(({ record: { settings } }) =>
          settings.adapter ? [[hashOf(settings.adapter.id), settings.adapter.id]] : [],
        ),
      );
      offer(adapter, [
        ["", "any, or none"],
        [NO_ADAPTER, "none"],
        [ANY_ADAPTER, "any"],
        ...[...adapters.values()].sort().map(/** @returns {Choice} */ (id) => [id, nameOf(id)]),
      ]);
      // While a story is being written none is shown; the one before it then counts.
      if (promptNow !== null) shownPrompt = promptNow;
      prompt.disabled = shownPrompt === null;
      const gone =
        (filter.model !== null && model.value === "") ||
        (filter.chain !== null && chain.value === "") ||
        (filter.adapter !== null && adapter.value === "");
      if (gone)
        filter = { ...filter, model: model.value || null, chain: chain.value || null, adapter: adapter.value || null };
    },
    /**
     * @param {string} text  how many of how many stories
     */
    tell(text) {
      total.textContent = text;
      all.hidden = !isOn(filter);
    },
  };
}
