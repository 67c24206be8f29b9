// A slider of a setting: it shows a value between two of its steps as it is, and goes in steps again once it is taken hold of.

/**
 * @param {HTMLInputElement} slider  of the type "range", with its usual step
 * @param {() => void} onInput  the reader has moved it
 */
export function createSlider(slider, onInput) {
  const usual = slider.step;
  const step = Number(usual);
  const steps = () => (slider.valueAsNumber - Number(slider.min)) / step;

  slider.addEventListener("input", () => {
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
