// How fast runs are done, from when the work begins or goes on.

export function createTiming() {
  let since = 0;
  let rows = 0;
  let begun = false;
  return {
    restart() {
      since = performance.now();
      rows = 0;
      begun = false;
    },
    /** The first step of a run is told. Until then the workers got ready, and that time tells nothing of the rest. */
    begin() {
      if (!begun) since = performance.now();
      begun = true;
    },
    /** A run is done. */
    row() {
      rows += 1;
      begun = true;
    },
    /**
     * Runs a second; null before enough are done.
     * @param {number} enough
     * @param {number} part  what is done of others, in runs
     */
    perSecond: (enough, part) => (rows >= enough ? (rows + part) / ((performance.now() - since) / 1000) : null),
  };
}
