// Means of stories across and up the map, with their 95% intervals, asked of the engine and put into words.
import { FEWEST_OF_INTERVAL } from "../parts/format.js";

/**
 * @import { Estimate } from "../protocol.js"
 * @import { Point } from "./map-drawing.js"
 * @import { Metric } from "./metric-list.js"
 */

/** Fewer stories have no mean to speak of. */
const FEWEST = 3;

/**
 * The means across and up, or why there are none: too few stories, not answered yet, no engine to ask.
 * @typedef {[Estimate, Estimate] | "few" | "asked" | "unknown"} Means
 */

/**
 * Remembers the latest answer, so that drawing again asks nothing.
 * @param {{ askMeans: (lists: number[][]) => Promise<(Estimate | null)[]>, onAnswer: () => void }} options
 */
export function createMeans({ askMeans, onAnswer }) {
  let question = "";
  /** @type {Means} */
  let answer = "few";

  /** @param {number[][]} lists */
  async function ask(lists) {
    const asked = question;
    const [across, up] = await askMeans(lists);
    if (asked !== question) return;
    answer = across && up ? [across, up] : "unknown";
    onAnswer();
  }

  return {
    /** Lets the next question be asked again if nobody could answer it. */
    retry() {
      if (answer === "unknown") question = "";
    },
    /**
     * @param {Point[]} points
     * @returns {Means}
     */
    of(points) {
      if (points.length < FEWEST) return "few";
      const lists = [points.map((point) => point.x), points.map((point) => point.y)];
      const next = JSON.stringify(lists);
      if (next !== question) {
        question = next;
        answer = "asked";
        void ask(lists);
      }
      return answer;
    },
  };
}

/**
 * @param {Means} means
 * @param {Metric[]} metrics  across and up
 * @param {{ over: string, few: string }} words  whose mean it is; who would be needed
 */
export function meansWords(means, metrics, { over, few }) {
  if (means === "few") return `A mean needs ${FEWEST} stories${few}.`;
  if (means === "asked") return "Taking the mean…";
  if (means === "unknown") return "The mean can be taken once the engine runs.";
  const told = metrics.map((metric, index) => {
    const { mean, interval } = means[index] ?? means[0];
    return `${metric.title} ${metric.write(mean)}${interval ? ` (${metric.write(interval.from)} to ${metric.write(interval.to)})` : ""}`;
  });
  if (means.every(({ interval }) => interval)) return `Mean of ${over}, with the 95% interval: ${told.join("; ")}.`;
  return `Mean of ${over}: ${told.join("; ")}. An interval needs ${FEWEST_OF_INTERVAL} stories${few}.`;
}
