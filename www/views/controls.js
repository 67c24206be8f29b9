// The controls: reads the settings out of the form, writes them in, and says which buttons make sense now.
import { button, required } from "../parts/dom.js";
import { decimal, percent } from "../parts/format.js";
import { createSlider } from "../parts/slider.js";
import { createAdapter } from "./adapter.js";
import { createChain } from "./chain.js";

/**
 * @import { ChainDescription, Limits, Settings } from "../protocol.js"
 * @import { State } from "../session/state.js"
 * @import { ChainSettings } from "./chain.js"
 */

/** Beginnings to try beside the default one, by the name on the button. */
const EXAMPLE_PROMPTS = [
  ["Old witch", "Deep in the forest there lived an old witch who"],
  ["Robot", "The little robot was all alone on the big ship, until one night"],
  ["Lily", "Lily saw a strange door at the end of the garden. She"],
  ["Three daughters", "There was once a king who had three daughters, and the youngest"],
];

/** The seeds the page itself picks: short enough to read out to a neighbour. */
const NEW_SEEDS = 999_999;

/**
 * @param {object} options
 * @param {() => void} options.onGenerate
 * @param {() => void} options.onStop
 * @param {() => void} options.onCopyLink
 * @param {(restore: () => void) => void} options.onPromptReplaced  a prompt typed by hand gave way; restore brings it back
 * @param {(settings: Settings) => void} options.onChange  the chances of tokens are others now
 * @param {(settings: Settings) => void} options.onMove  the reader moves a slider, a preset or a sampler
 * @param {() => void} options.onRest  the hand has let go of it
 * @param {() => void} options.onEdit  prompt, seed or length are others now
 * @param {(on: boolean) => void} options.onLive  the reader switches "Write as I move"
 * @param {(id: string) => void} options.onAdapter  the reader has chosen an adapter
 * @param {(files: File[]) => void} options.onAdapterFiles  the reader has files of an adapter
 */
export function createControls({
  onGenerate,
  onStop,
  onCopyLink,
  onPromptReplaced,
  onChange,
  onMove,
  onRest,
  onEdit,
  onLive,
  onAdapter,
  onAdapterFiles,
}) {
  const prompt = required("prompt", HTMLTextAreaElement);
  const temperature = required("temperature", HTMLInputElement);
  const temperatureValue = required("temperature-value", HTMLOutputElement);
  const topP = required("top-p", HTMLInputElement);
  const topPValue = required("top-p-value", HTMLOutputElement);
  const seed = required("seed", HTMLInputElement);
  const length = required("length", HTMLInputElement);
  const generate = required("generate", HTMLButtonElement);
  const stop = required("stop", HTMLButtonElement);
  const live = required("live", HTMLInputElement);
  const status = required("generate-status", HTMLElement);

  const chain = createChain({
    onChange() {
      touched = true;
      rules = null;
      changed();
      onMove(read());
    },
    onRest: () => onRest(),
    onPreset(preset) {
      touched = true;
      rules = null;
      writeChances(preset);
      onMove(read());
      onRest();
    },
  });

  const adapter = createAdapter({
    onChange() {
      touched = true;
      changed();
    },
    onChosen: onAdapter,
    onFiles: onAdapterFiles,
  });

  // Whether the reader has changed anything; until then the engine's own defaults may come in.
  let touched = false;
  // Whether the prompt was typed by hand and no story was written from it yet.
  let promptTyped = false;
  // The revision of the chain's rules: that of the settings written in, until the reader changes a sampler; null is the engine's newest.
  /** @type {number | undefined | null} */
  let rules = null;
  /** @type {number | undefined} */
  let newestRules;
  // What the whole numbers last were when they made sense.
  const lastGood = { seed: 42, length: 160 };

  const temperatureSlider = createSlider(temperature, moved);
  const topPSlider = createSlider(topP, moved);

  function moved() {
    rules = null;
    describe();
    changed();
    onMove(read());
  }

  /** Shows the sliders' values in words, on the page and to screen readers. */
  function describe() {
    temperatureValue.value = decimal(temperature.valueAsNumber, 2);
    topPValue.value = decimal(topP.valueAsNumber, 2);
    const greedy = temperature.valueAsNumber === 0;
    temperature.setAttribute("aria-valuetext", greedy ? "0, always the likeliest word" : temperatureValue.value);
    topP.setAttribute("aria-valuetext", topPValue.value);
    if (topP.parentElement)
      topP.parentElement.title =
        topP.valueAsNumber >= 1
          ? "Every word may be drawn, however unlikely."
          : `Only the likeliest words that together hold ${percent(topP.valueAsNumber)} may be drawn.`;
  }

  /** The chances of tokens are others now, by the reader's hand or by settings written in. */
  function changed() {
    const settings = read();
    chain.describe(settings);
    onChange(settings);
  }

  /**
   * A whole number within the limits of its input, or what it was before.
   * @param {HTMLInputElement} input
   * @param {"seed" | "length"} name
   */
  function wholeNumber(input, name) {
    const value = input.valueAsNumber;
    if (Number.isFinite(value))
      lastGood[name] = Math.min(Number(input.max), Math.max(Number(input.min), Math.round(value)));
    return lastGood[name];
  }

  /** @returns {Settings} */
  function read() {
    const adapted = adapter.read();
    const ruled = rules === null ? newestRules : rules;
    return {
      prompt: prompt.value,
      temperature: temperature.valueAsNumber,
      top_p: topP.valueAsNumber,
      seed: wholeNumber(seed, "seed"),
      length: wholeNumber(length, "length"),
      ...chain.read(),
      ...(ruled === undefined ? {} : { rules: ruled }),
      ...(adapted ? { adapter: adapted } : {}),
    };
  }

  /** @param {string} text */
  function replacePrompt(text) {
    const typed = promptTyped && prompt.value.trim() !== "" && prompt.value !== text ? prompt.value : null;
    prompt.value = text;
    promptTyped = false;
    if (typed === null) return;
    onPromptReplaced(() => {
      prompt.value = typed;
      promptTyped = true;
      prompt.focus();
    });
  }

  /** @param {Settings} settings */
  function write(settings) {
    replacePrompt(settings.prompt);
    seed.valueAsNumber = lastGood.seed = settings.seed;
    length.valueAsNumber = lastGood.length = settings.length;
    adapter.write(settings.adapter ?? null);
    rules = settings.rules;
    writeChances(settings);
  }

  /** @param {ChainSettings} settings */
  function writeChances(settings) {
    temperatureSlider.write(settings.temperature);
    topPSlider.write(settings.top_p);
    chain.write(settings);
    describe();
    changed();
  }

  for (const [input, name] of /** @type {const} */ ([
    [seed, "seed"],
    [length, "length"],
  ])) {
    input.addEventListener("change", () => {
      input.valueAsNumber = wholeNumber(input, name);
      onEdit();
    });
  }
  for (const input of [prompt, temperature, topP, seed, length]) {
    input.addEventListener("input", () => {
      touched = true;
    });
  }
  prompt.addEventListener("input", () => {
    promptTyped = true;
  });
  prompt.addEventListener("input", onEdit);
  // A slider that is let go where it was taken hold of has not changed, but the hand has come to rest.
  for (const slider of [temperature, topP])
    for (const end of ["change", "pointerup", "pointercancel", "blur"]) slider.addEventListener(end, () => onRest());
  live.addEventListener("change", () => onLive(live.checked));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    // A dialog has its own keys.
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    if (!generate.disabled) onGenerate();
  });

  required("prompts", HTMLElement).append(
    ...[["Fox", prompt.defaultValue], ...EXAMPLE_PROMPTS].map(([name = "", text = ""]) =>
      button(name, () => {
        touched = true;
        replacePrompt(text);
        onEdit();
      }),
    ),
  );
  generate.addEventListener("click", onGenerate);
  stop.addEventListener("click", onStop);
  required("new-seed", HTMLButtonElement).addEventListener("click", () => {
    touched = true;
    seed.valueAsNumber = lastGood.seed = 1 + ((crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % NEW_SEEDS);
    onEdit();
  });
  required("copy-link", HTMLButtonElement).addEventListener("click", onCopyLink);
  describe();

  return {
    read,
    write,

    /** Whether the reader has changed anything. */
    isTouched: () => touched,

    /**
     * A story is being written. Its prompt cannot be lost any more; what was typed since its settings were read still can.
     * @param {Settings} settings
     */
    settle(settings) {
      if (prompt.value === settings.prompt) promptTyped = false;
    },

    /**
     * The ranges and defaults the engine names. Defaults only come in while the reader has changed nothing.
     * @param {Limits} limits
     * @param {Settings} defaults
     * @param {ChainDescription} description
     */
    setLimits(limits, defaults, description) {
      chain.make(description);
      newestRules = defaults.rules;
      adapter.setLimits(limits.strength);
      for (const [input, [lowest, highest]] of /** @type {[HTMLInputElement, [number, number]][]} */ ([
        [temperature, limits.temperature],
        [topP, limits.top_p],
        [seed, limits.seed],
        [length, limits.length],
      ])) {
        input.min = String(lowest);
        input.max = String(highest);
      }
      if (!touched) write({ ...defaults, prompt: defaults.prompt || prompt.value });
    },

    /**
     * @param {{ phase: "starting" | "loading" | "ready" | "failed", writing: boolean, queued: boolean, awaited: State["awaited"] }} now
     */
    setActivity({ phase, writing, queued, awaited }) {
      const focused = document.activeElement;
      stop.disabled = !writing && !queued;
      generate.disabled = writing;
      if (queued && awaited)
        status.textContent = `Will start when ${awaited.offered ? "the adapter has come" : `the files of ${awaited.id} are here`}. Stop gives it up.`;
      else if (queued)
        status.textContent =
          phase === "failed" ? "Will start when the engine runs again." : "Will start when the model has loaded.";
      else if (writing) status.textContent = "Writing. New settings apply to the next story.";
      else status.textContent = "";
      // A button that is switched off loses the keyboard focus; it goes to the one that takes over.
      if (writing && focused === generate) stop.focus({ preventScroll: true });
      if (stop.disabled && focused === stop) generate.focus({ preventScroll: true });
    },

    adapter,

    /**
     * How the switch "Write as I move" stands.
     * @param {State["liveMode"]} mode
     */
    showLive(mode) {
      live.checked = mode === "on";
      live.disabled = mode === "measuring";
      if (live.parentElement)
        live.parentElement.title =
          mode === "slow"
            ? "Off, because this device takes long for a story. You can switch it on."
            : "Writes the story again while you move a slider.";
    },

    /** @param {string} text */
    say(text) {
      status.textContent = text;
    },
  };
}
