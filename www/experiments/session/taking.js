// What a reader takes along: the rows as a file, the link.
import { csvFile } from "../../parts/csv.js";
import { download } from "../../parts/download.js";
import { address } from "../../session/address-bar.js";
import { copy, linkField } from "../../parts/clipboard.js";

/**
 * @import { Analyst } from "./analyst.js"
 * @import { Conduct } from "./conduct.js"
 * @import { Shown } from "../experiment.js"
 */

/**
 * `tell`: says what was done. `offer`: shows the link to copy by hand.
 * @param {object} options
 * @param {Analyst} options.analyst
 * @param {Conduct} options.conduct
 * @param {() => { experiment: Shown, model: string, revision: number } | null} options.shown
 * @param {(text: string) => void} options.tell
 * @param {(field: HTMLElement) => void} options.offer
 */
export function createTaking({ analyst, conduct, shown, tell, offer }) {
  /**
   * @param {() => Promise<unknown>} task
   */
  async function attempt(task) {
    try {
      await task();
    } catch {
      // Why, the engine has said itself.
      tell("That did not work, but nothing is lost. Try again.");
    }
  }

  return {
    /** @param {"csv" | "json"} format */
    save: (format) =>
      attempt(async () => {
        const now = shown();
        if (!now) return;
        const { experiment, model, revision } = now;
        const rows = conduct.state().rows.filter((row) => row !== null);
        const { fragment, digest } = await experiment.writeLink();
        const name = `fabula-experiment-${digest ?? "unfinished"}.${format}`;
        if (format === "csv") {
          const text = experiment.csv?.(rows) ?? csvFile((await analyst.ask("write_rows", { rows })).text);
          return download(name, "text/csv", text);
        }
        const content = {
          format: "fabula-experiment",
          version: 1,
          model,
          engine: revision,
          digest,
          link: fragment,
          ...(await experiment.about()),
          rows,
        };
        download(name, "application/json", `${JSON.stringify(content)}\n`);
      }),
    copyLink: () =>
      attempt(async () => {
        const now = shown();
        if (!now) return;
        const { fragment, digest } = await now.experiment.writeLink();
        const link = address(fragment);
        if (!(await copy(link))) return offer(linkField(link));
        tell(
          digest
            ? "Link copied. It reproduces exactly these stories."
            : "Link copied. It holds the settings. To include the digest of the stories, copy it again once all are written.",
        );
      }),
  };
}
