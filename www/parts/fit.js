// The settings stick beside a long page; they are as high as the window has room for from where they stand.

/**
 * Keeps the room above the settings as a style property of theirs: `--above`, in pixels from the top of the window.
 * @param {{ areSwitchedOff?: boolean }} [options]  all fields may be switched off at once: then what scrolls takes the keyboard itself
 */
export function fitSettings({ areSwitchedOff = false } = {}) {
  let due = 0;

  function fit() {
    due = 0;
    const settings = document.querySelector(".controls");
    const fields = settings?.querySelector(".controls-fields");
    if (!(settings instanceof HTMLElement) || !(fields instanceof HTMLElement)) return;
    // Of what they stand in: where they stick, they are no longer where they were put.
    const above = settings.parentElement?.getBoundingClientRect().top ?? 0;
    settings.style.setProperty("--above", `${Math.max(8, Math.round(above))}px`);
    if (areSwitchedOff && fields.scrollHeight > fields.clientHeight) fields.tabIndex = 0;
    else fields.removeAttribute("tabindex");
  }

  function soon() {
    if (due === 0) due = requestAnimationFrame(fit);
  }

  addEventListener("scroll", soon, { passive: true });
  addEventListener("resize", soon);
  // What stands above them may grow or shrink.
  new ResizeObserver(soon).observe(document.body);
  fit();
}
