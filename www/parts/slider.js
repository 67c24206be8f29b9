// A slider of a setting: it shows a value between two of its steps as it is, and goes in steps again once it is taken hold of.

/** Pixels that a finger moves to the side before it counts as moving the slider. */
const SIDEWAYS = 8;

/**
 * @param {HTMLInputElement} slider  of the type "range", with its usual step
 * @param {() => void} onInput  the reader has moved it
 */
export function createSlider(slider, onInput) {
  const usual = slider.step;
  const step = Number(usual);
  const steps = () => (slider.valueAsNumber - Number(slider.min)) / step;

  // A finger that comes down on the slider may be about to scroll the page: until it has moved sideways, or lets go, nothing is changed.
  /** @type {{ value: string, step: string, x: number } | null} */
  let finger = null;
  slider.addEventListener("pointerdown", ({ pointerType, clientX }) => {
    finger = pointerType === "touch" ? { value: slider.value, step: slider.step, x: clientX } : null;
  });
  slider.addEventListener("pointermove", ({ clientX }) => {
    if (finger && Math.abs(clientX - finger.x) >= SIDEWAYS) decide();
  });
  slider.addEventListener("pointerup", () => decide());
  slider.addEventListener("pointercancel", () => {
    if (!finger) return;
    [slider.step, slider.value] = [finger.step, finger.value];
    finger = null;
  });

  /** The finger means the slider. */
  function decide() {
    if (!finger) return;
    const isMoved = slider.value !== finger.value;
    finger = null;
    if (isMoved) slider.dispatchEvent(new Event("input", { bubbles: true }));
  }

  slider.addEventListener("input", (event) => {
    if (finger) return event.stopImmediatePropagation();
    if (slider.step === "any") {
      const whole = Math.round(steps());
      slider.step = usual;
      slider.value = (Number(slider.min) + whole * step).toFixed(2);
    }
    onInput();
  });

  return {
    /** @param {number} value */
    write(value) {
      // A link may hold a value between two steps; rounding it would change the story.
      slider.step = "any";
      slider.valueAsNumber = value;
      if (Math.abs(steps() - Math.round(steps())) < 1e-6) slider.step = usual;
    },
  };
}
