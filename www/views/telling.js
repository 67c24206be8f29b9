// What the page tells about what has happened: in notices, and in words for screen readers.
import { count } from "../parts/format.js";
import { CONFIG, WEIGHTS } from "../session/adapter-files.js";
import { linkField } from "../parts/clipboard.js";
import { entryName } from "../session/state.js";
import { summaryOf } from "./metrics.js";

/**
 * @import { AdapterDescription } from "../protocol.js"
 * @import { Imported } from "../session/shelf.js"
 * @import { Entry } from "../session/state.js"
 * @import { createNotices } from "./notices.js"
 */

/** Problems of an import that are told one by one. */
const TOLD = 3;

/**
 * @param {{ notices: ReturnType<typeof createNotices>, announcer: HTMLElement }} options
 */
export function createTelling({ notices, announcer }) {
  /** What was deleted last. @type {{ notice: HTMLElement, undos: (() => void)[] } | null} */
  let removals = null;

  /** @param {string} text */
  function announce(text) {
    announcer.textContent = text;
  }

  /**
   * @param {string} text
   * @param {{ text: string, run: () => void }} [action]
   */
  function choice(text, action) {
    notices.show({ kind: "info", purpose: "choice", text, fleeting: true, ...(action ? { action } : {}) });
  }

  return {
    announce,

    /** A story begins: what was said of the one before is over. */
    begun() {
      for (const purpose of /** @type {const} */ (["story", "copy", "choice"])) notices.clear(purpose);
    },
    /** @param {Entry} entry */
    finished({ record, verdict }) {
      const numbers = summaryOf(record);
      const parts = [
        `Finished: ${count(record.token_ids.length)} tokens`,
        ...(numbers ? [numbers] : []),
        ...(verdict ? [verdict.text] : []),
      ];
      announce(`${parts.join(", ")}.`);
    },
    /**
     * A story that cannot be written, or an error that the engine survives.
     * @param {string} text
     */
    refused(text) {
      notices.show({ kind: "problem", purpose: "story", text });
    },
    /**
     * The model is loaded.
     * @param {string | null} problem
     */
    ready(problem) {
      notices.clear("model");
      if (problem) notices.show({ kind: "problem", purpose: "model", text: problem });
      announce("Ready.");
    },

    /**
     * A link has been read.
     * @param {string[]} problems  its parts that could not be used
     */
    linkRead(problems) {
      notices.clear("link");
      const text =
        problems.length === 1 ? "A part of this link could not be used:" : "Some parts of this link could not be used:";
      if (problems.length > 0) notices.show({ kind: "problem", purpose: "link", text, list: problems });
    },
    /** The prompt of a link was encoded once too often, which the digest has proved. */
    linkRepaired: () =>
      notices.show({
        kind: "info",
        purpose: "link",
        text: "This link was damaged: its prompt was encoded once too often. The prompt has been repaired, and the story is the one that the link promises.",
        fleeting: true,
      }),
    /**
     * A story waits for an adapter that only its writer has; null where none does, or no longer.
     * @param {string | null} id
     * @param {{ theirs: string, ours: string } | null} models  where the story's link names another model than this page has
     * @param {() => void} open  lets the reader choose its files
     */
    adapterAwaited(id, models, open) {
      notices.clear("adapter");
      if (id === null) return;
      const text = `This story takes the adapter ${id}, which this server does not have. Open its two files, ${WEIGHTS} and ${CONFIG}, and it is written.`;
      const other = models
        ? ` It will not be the same: the link was made with the model ${models.theirs}, this is ${models.ours}. Another adapter, or none, can be chosen as well.`
        : "";
      notices.show({
        kind: "info",
        purpose: "adapter",
        text: text + other,
        action: { text: "Open its files…", run: open },
      });
    },
    /**
     * Files were opened, but a story waits for others.
     * @param {string} id
     * @param {string} awaited
     * @param {() => void} open
     */
    otherAdapter(id, awaited, open) {
      const text = `These files are the adapter ${id}; the story waits for ${awaited}. They can be chosen under “Samplers” all the same.`;
      notices.show({ kind: "problem", purpose: "adapter", text, action: { text: "Open others…", run: open } });
    },
    /** @param {AdapterDescription} adapter */
    adapterOpened({ id }) {
      notices.clear("adapter");
      announce(`The adapter ${id} is open and chosen.`);
    },
    /** @param {string} text */
    adapterRefused(text) {
      notices.show({ kind: "problem", purpose: "adapter", text });
    },

    /** @param {string} link */
    uncopied(link) {
      const field = linkField(link);
      notices.show({
        kind: "info",
        purpose: "copy",
        text: "The browser does not let the page copy. Here is the link to copy:",
        content: field,
      });
      field.focus();
    },
    /** @param {() => void} restore */
    promptReplaced(restore) {
      notices.show({
        kind: "info",
        purpose: "prompt",
        text: "The prompt you typed was replaced.",
        fleeting: true,
        action: { text: "Put it back", run: restore },
      });
    },

    busy: () => choice("A story is being written. Wait for its end, or stop it, to look at another one."),
    /**
     * A story is shown that is not on the screen.
     * @param {Entry} entry
     * @param {() => void} read
     */
    chosen: (entry, read) =>
      choice(
        `${entryName(entry)} is shown, with its settings${entry.record.settings.forced ? ", but for the words put in by hand" : ""}.`,
        { text: "Read it", run: read },
      ),
    /**
     * @param {Entry} entry
     * @param {() => void} show
     */
    pinned: (entry, show) =>
      choice(`${entryName(entry)} is pinned. The story that is shown next stands beside it.`, {
        text: "Show the comparison",
        run: show,
      }),

    /**
     * The stories will not outlast the page.
     * @param {string} why
     * @param {() => void} save
     */
    lost(why, save) {
      const text = `${why} Your stories will not be here any more once this page is closed.`;
      notices.show({ kind: "problem", purpose: "archive", text, action: { text: "Export them", run: save } });
    },
    /** They will, after all. */
    kept: () => notices.clear("archive"),
    /**
     * @param {Entry} entry
     * @param {() => void} undo
     */
    removed(entry, undo) {
      // While the way back from one stands there, that from the next joins it.
      const undos = [...(removals?.notice.isConnected ? removals.undos : []), undo];
      const text = undos.length === 1 ? `${entryName(entry)} was deleted.` : `${undos.length} stories were deleted.`;
      const run = () => undos.toReversed().forEach((one) => one());
      removals = {
        notice: notices.show({ kind: "info", purpose: "shelf", text, fleeting: true, action: { text: "Undo", run } }),
        undos,
      };
    },
    /** @param {Imported} imported */
    imported(imported) {
      notices.show({ ...importReport(imported), purpose: "import" });
    },
  };
}

/**
 * What an import did, as a notice says it.
 * @param {Imported} imported
 * @returns {{ kind: "problem" | "info", text: string, list?: string[] }}
 */
function importReport({ added, skipped, problems, refused }) {
  if (refused !== null) return { kind: "problem", text: `Nothing was imported. ${refused}` };
  const stories = (/** @type {number} */ number) => (number === 1 ? "1 story" : `${count(number)} stories`);
  const parts = [
    added.length > 0 || skipped + problems.length === 0
      ? `${stories(added.length)} imported.`
      : "Nothing was imported.",
  ];
  if (skipped > 0) parts.push(`${stories(skipped)} ${skipped === 1 ? "was" : "were"} here already.`);
  if (problems.length === 0) return { kind: "info", text: parts.join(" ") };
  parts.push(`${stories(problems.length)} could not be read:`);
  const list = problems.slice(0, TOLD);
  if (problems.length > TOLD) list.push(`and ${count(problems.length - TOLD)} more.`);
  return { kind: "problem", text: parts.join(" "), list };
}
