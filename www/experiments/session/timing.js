// How fast runs are done, from when the work begins or goes on.

/** Seconds before which nothing is told: on a busy device what came first may have waited, and then comes at once. */
const LEAST_SECONDS = 2;

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
    perSecond(enough, part) {
      const seconds = (performance.now() - since) / 1000;
      return rows >= enough && seconds >= LEAST_SECONDS ? (rows + part) / seconds : null;
    },
  };
}
