// The adapter in the controls: none, one of the server's, or files of the reader's own; and how much of it is added to the model.
import { strengthWords } from "./adapter-words.js";
import { button, element, required } from "../parts/dom.js";
import { megabytes } from "../parts/format.js";
import { createSlider } from "../parts/slider.js";
import { CONFIG, WEIGHTS } from "../session/adapter-files.js";
import { hashOf, isSameAdapter, nameOf } from "../parts/names.js";

/**
 * @import { Adapter } from "../protocol.js"
 * @import { Adapters } from "../session/state.js"
 */

/** What those of the server are, by name. @type {Record<string, string>} */
const ABOUT = { poet: "Fine-tuned on old poems: the look of verse, hardly a rhyme, less sense." };
const ABOUT_ANY = "Fine-tuning that is added to the model.";

/**
 * @param {object} options
 * @param {() => void} options.onChange  the next story will be another one
 * @param {(id: string) => void} options.onChosen  the reader has chosen one
 * @param {(files: File[]) => void} options.onFiles  the reader has files of one
 */
export function createAdapter({ onChange, onChosen, onFiles }) {
  const root = required("adapter", HTMLElement);
  const choice = required("adapter-choice", HTMLSelectElement);
  const hint = required("adapter-hint", HTMLElement);
  const aboutNone = hint.textContent;

  const value = element("output", { for: "strength", "aria-hidden": "true" });
  const slider = element("input", {
    id: "strength",
    type: "range",
    min: 0,
    max: 1.5,
    step: 0.05,
    value: 1,
    "aria-describedby": "strength-hint",
  });
  const strengthHint = element("p", { class: "hint", id: "strength-hint" });
  const strength = element(
    "div",
    { class: "adapter-strength", hidden: true },
    element("div", { class: "field-head" }, element("label", { for: "strength" }, "Strength"), value),
    slider,
    strengthHint,
  );
  const bar = element("div", { class: "loader-bar" });
  const track = element(
    "div",
    {
      class: "loader-track",
      role: "progressbar",
      "aria-label": "Fetching the adapter",
      "aria-valuemin": 0,
      "aria-valuemax": 100,
      hidden: true,
    },
    bar,
  );
  const retry = button("Try again", () => chosen !== null && onChosen(chosen), { class: "small", hidden: true });
  const files = element("input", {
    type: "file",
    class: "visually-hidden",
    id: "adapter-files",
    multiple: true,
    accept: ".safetensors,.json",
    "aria-label": "Open… files of an adapter",
    title: `${WEIGHTS} and ${CONFIG}`,
  });
  const own = element("div", { class: "adapter-own" }, files, element("label", { for: "adapter-files" }, "Open…"));
  /** Each state is said once to screen readers, not every kilobyte. */
  const said = element("span", { class: "visually-hidden", role: "status" });
  choice.after(own);
  hint.after(track, retry, strength, said);

  /** NAME@HASH8 @type {string | null} */
  let chosen = null;
  /** @type {Adapters} */
  let there = { listed: false, offered: [], own: [], fetching: {}, failed: {}, opening: false };

  const exact = createSlider(slider, () => {
    describe();
    onChange();
  });

  /** The adapter of that hash under the name that it has here. @param {string} id */
  function known(id) {
    return [...there.offered, ...there.own].find((one) => isSameAdapter(one.id, id));
  }

  /** Fills the list, keeping what is chosen, also where it is not here. */
  function offer() {
    const isOffered = (/** @type {string} */ id) => there.offered.some((one) => isSameAdapter(one.id, id));
    /** @type {[value: string, text: string][]} */
    const choices = [
      ["", "None"],
      ...there.offered.map(({ id, title }) => /** @type {[string, string]} */ ([hashOf(id), title])),
      ...there.own
        .filter(({ id }) => !isOffered(id))
        .map(({ id }) => /** @type {[string, string]} */ ([hashOf(id), `${id} (yours)`])),
    ];
    if (chosen !== null && !known(chosen)) choices.push([hashOf(chosen), chosen]);
    const same =
      choice.options.length === choices.length &&
      choices.every(([name, text], at) => choice.options[at]?.value === name && choice.options[at]?.text === text);
    if (!same) choice.replaceChildren(...choices.map(([name, text]) => element("option", { value: name }, text)));
    choice.value = chosen === null ? "" : hashOf(chosen);
    // The list is narrow, and names of the reader's own are not.
    choice.title = choice.selectedOptions[0]?.text ?? "";
  }

  /** Says what is chosen, and how far it is. */
  function describe() {
    const hash = chosen === null ? "" : hashOf(chosen);
    const fetching = there.fetching[hash];
    const failed = there.failed[hash];
    strength.hidden = chosen === null;
    track.hidden = !fetching;
    retry.hidden = failed === undefined;
    let phase = chosen === null ? "none" : "here";
    if (there.opening) {
      phase = "opening";
      hint.textContent = "Reading your files, as soon as the engine has time…";
    } else if (fetching) {
      phase = "fetching";
      const share = fetching.total > 0 ? fetching.loaded / fetching.total : 0;
      hint.textContent = `Fetching it, once: ${megabytes(fetching.loaded)} of ${megabytes(fetching.total)} MB`;
      bar.style.setProperty("--done", String(share));
      track.setAttribute("aria-valuenow", String(Math.round(share * 100)));
    } else if (failed !== undefined) {
      phase = "failed";
      hint.textContent = failed;
    } else hint.textContent = about();
    root.dataset["phase"] = phase;
    if (said.dataset["phase"] !== phase) {
      said.dataset["phase"] = phase;
      said.textContent =
        phase === "fetching"
          ? "Fetching the adapter."
          : phase === "failed" || phase === "opening"
            ? hint.textContent
            : "";
    }

    const amount = slider.valueAsNumber;
    value.value = strengthWords(amount);
    slider.setAttribute("aria-valuetext", amount === 0 ? "0%, the model itself" : value.value);
    strengthHint.textContent =
      amount === 0
        ? "0% is the model itself, to the bit."
        : amount < 1
          ? "A part of what was trained is added."
          : amount === 1
            ? "All that was trained is added."
            : "More than was trained: overdone.";
  }

  function about() {
    if (chosen === null) return aboutNone;
    const id = chosen;
    if (there.offered.some((one) => isSameAdapter(one.id, id))) return ABOUT[nameOf(known(id)?.id ?? id)] ?? ABOUT_ANY;
    if (known(id)) return `${id} is yours, in this tab only: who follows a link to its stories needs its files, too.`;
    // Before the model has loaded, nobody knows what the server has.
    return there.listed ? `The files of ${id} are not here. Open them, or choose another.` : ABOUT_ANY;
  }

  /** @param {string | null} id */
  function choose(id) {
    chosen = id;
    offer();
    describe();
    onChange();
  }

  choice.addEventListener("change", () => {
    const option = [...there.offered, ...there.own].find(({ id }) => hashOf(id) === choice.value);
    choose(choice.value === "" ? null : (option?.id ?? chosen));
    if (!option) return;
    onChosen(option.id);
    // The settings may scroll, and its slider is new in them.
    strength.scrollIntoView({ block: "nearest" });
  });
  files.addEventListener("change", () => {
    const picked = [...(files.files ?? [])];
    // The same files may be chosen once more.
    files.value = "";
    if (picked.length > 0) onFiles(picked);
  });

  // Anywhere on the page: for a file that misses its place a browser would leave the page and open it itself.
  /** @param {DragEvent} event */
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;
  addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    root.toggleAttribute("data-drop", true);
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) root.toggleAttribute("data-drop", false);
  });
  addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    root.toggleAttribute("data-drop", false);
    onFiles([...(event.dataTransfer?.files ?? [])]);
  });
  describe();

  return {
    /**
     * The reader's own, just opened: at full strength, whatever another was blended in with.
     * @param {string} id
     */
    choose(id) {
      if (chosen === null || !isSameAdapter(chosen, id)) exact.write(1);
      choose(id);
    },

    /** Lets the reader choose files. */
    pick: () => files.click(),

    /** @returns {Adapter | null} */
    read: () => (chosen === null ? null : { id: known(chosen)?.id ?? chosen, strength: slider.valueAsNumber }),

    /**
     * Shows that of some settings; without one the strength stays for the next.
     * @param {Adapter | null} adapter
     */
    write(adapter) {
      chosen = adapter?.id ?? null;
      if (adapter) exact.write(adapter.strength);
      offer();
      describe();
    },

    /** @param {[number, number]} limits  of the strength */
    setLimits([lowest, highest]) {
      slider.min = String(lowest);
      slider.max = String(highest);
    },

    /** @param {Adapters} adapters */
    show(adapters) {
      there = adapters;
      offer();
      describe();
    },
  };
}
