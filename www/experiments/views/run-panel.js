// Run, Pause, Resume, Cancel, Start over, and how far it is. The same for every experiment.
import { button, element } from "../../parts/dom.js";
import { count } from "../../parts/format.js";

/**
 * @import { Conducted } from "../session/conduct.js"
 */

/** Shares of the work at which screen readers are told. */
const TOLD = [0.25, 0.5, 0.75];

/**
 * Seconds as people say them.
 * @param {number} seconds
 */
export function spoken(seconds) {
  if (seconds < 1.5) return "a second";
  if (seconds < 90) return `${Math.round(seconds)} seconds`;
  const minutes = seconds / 60;
  return minutes < 90 ? `${Math.round(minutes)} minutes` : `${Math.round(minutes / 60)} hours`;
}

/**
 * How long something takes; a guess before this device has shown its own speed.
 * @param {number} seconds
 * @param {boolean} measured  whether it has
 */
export const expected = (seconds, measured) =>
  measured
    ? `about ${spoken(seconds)} on this device.`
    : `about ${spoken(seconds)} on an otherwise idle laptop. Once it runs, the time left is shown.`;

/** What is written, for people. @typedef {{ one: string, many: string }} Unit */

/** @type {Unit} */
export const STORIES = { one: "story", many: "stories" };

/** What is shown. `problem`: what the form says cannot be run. @typedef {Conducted & { problem: boolean, estimate: string, unit: Unit }} Progress */

/**
 * @param {number} number
 * @param {Unit} unit
 */
const counted = (number, { one, many }) => (number === 1 ? `1 ${one}` : `${count(number)} ${many}`);

/** @param {number} number */
const workers = (number) => (number === 1 ? "one worker" : `${number} workers`);

/**
 * @param {object} options
 * @param {() => void} options.onRun
 * @param {() => void} options.onPause
 * @param {() => void} options.onCancel
 * @param {() => void} options.onUnable  nothing can be run now
 * @param {() => void} options.onStartOver
 * @param {(text: string) => void} options.announce
 */
export function createRunPanel({ onRun, onPause, onCancel, onUnable, onStartOver, announce }) {
  const run = button("Run", () => act(), { class: "primary" });
  // What is disabled is so in words only, so that the focus is not lost with it.
  const able = (/** @type {Element} */ control) => control.getAttribute("aria-disabled") !== "true";
  const cancel = button("Cancel", () => able(cancel) && onCancel());
  const over = button("Start over", () => able(over) && onStartOver());
  const text = element("p", { class: "hint", id: "run-status" });
  const bar = element("div", { class: "loader-bar" });
  const track = element(
    "div",
    { class: "loader-track", role: "progressbar", "aria-label": "Progress", "aria-valuemin": 0, "aria-valuemax": 100 },
    bar,
  );
  const node = element(
    "div",
    { class: "run-panel" },
    element("div", { class: "actions" }, run, cancel, over),
    track,
    text,
  );
  run.setAttribute("aria-describedby", "run-status");
  let action = /** @type {"run" | "pause" | "none"} */ ("run");
  let toldPhase = "idle";
  let hushed = false;
  let toldShare = 0;

  function act() {
    if (action === "run") onRun();
    else if (action === "pause") onPause();
    else onUnable();
  }

  /** @param {Progress} state */
  function words({ pool, plan, written, opening, estimate, unit }) {
    const total = plan?.total ?? 0;
    const far = `${count(written)} of ${counted(total, unit)}`;
    const left = pool.secondsLeft === null ? "" : `, about ${spoken(pool.secondsLeft)} left`;
    switch (pool.phase) {
      case "loading":
        return pool.share > 0 && pool.share < 1
          ? `Loading the model: ${Math.round(pool.share * 100)}%.`
          : "Starting the engine.";
      case "running":
        return `${far}${left}, on ${workers(pool.workers)}.`;
      case "paused":
        return `Paused: ${far}.`;
      default:
        if (total === 0 || opening) return "";
        if (written === total)
          return `${total === 1 ? `The ${unit.one} is` : `All ${counted(total, unit)} are`} written. To run another experiment, change a setting.`;
        return written > 0 ? `${far} are already written.` : estimate;
    }
  }

  return {
    node,
    run,
    /** Does something of which nothing is told. @param {() => void} act */
    hush(act) {
      hushed = true;
      act();
      hushed = false;
    },
    /** @param {Progress} state */
    show(state) {
      const { pool, plan, written, problem, unit } = state;
      const stories = (/** @type {number} */ number) => counted(number, unit);
      const total = plan?.total ?? 0;
      const busy = pool.phase === "running" || pool.phase === "loading";
      const complete = total > 0 && written === total;
      action = busy ? "pause" : problem || complete || total === 0 ? "none" : "run";
      run.textContent = busy ? "Pause" : written > 0 && !complete ? "Resume" : "Run";
      run.setAttribute("aria-disabled", String(action === "none"));
      cancel.setAttribute("aria-disabled", String(!busy && pool.phase !== "paused"));
      over.setAttribute("aria-disabled", String(busy || written === 0));
      const share = total > 0 ? Math.min(1, (written + pool.begun) / total) : 0;
      bar.style.setProperty("--done", String(share));
      // The engines start: nobody can say how far that is.
      const gettingReady = busy && written === 0 && pool.working === 0 && (pool.share === 0 || pool.share === 1);
      track.toggleAttribute("data-waits", gettingReady);
      if (gettingReady) track.removeAttribute("aria-valuenow");
      else track.setAttribute("aria-valuenow", String(Math.floor(share * 100)));
      text.textContent = words(state);
      track.setAttribute("aria-valuetext", gettingReady ? text.textContent : `${count(written)} of ${stories(total)}`);
      if (pool.phase !== toldPhase) {
        if (pool.phase === "done") announce(`Finished: ${stories(total)}.`);
        else if (pool.phase === "paused") announce(`Paused: ${count(written)} of ${stories(total)}.`);
        else if (pool.phase === "running") announce(`Writing ${stories(total - written)}.`);
        else if (pool.phase === "idle" && toldPhase !== "done" && !hushed)
          announce("Cancelled. Everything written so far stays.");
        toldPhase = pool.phase;
        toldShare = share;
      }
      const passed = TOLD.filter((mark) => mark > toldShare && mark <= share).at(-1);
      if (pool.phase === "running" && passed !== undefined) {
        toldShare = passed;
        announce(words(state));
      }
    },
  };
}
