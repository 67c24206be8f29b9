// The settings stick beside a long page; they are as high as the window has room for from where they stand.

/** Keeps the room above the settings as a style property of the page: `--above`, in pixels from the top of the window. */
export function fitSettings() {
  let due = 0;

  function fit() {
    due = 0;
    // Of what they stand in: where they stick, they are no longer where they were put.
    const above = document.querySelector(".controls")?.parentElement?.getBoundingClientRect().top ?? 0;
    document.documentElement.style.setProperty("--above", `${Math.max(8, Math.round(above))}px`);
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
