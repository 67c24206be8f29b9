// Links of the session: one in the address bar is read and its story written; that of a story, or of settings, is copied.
import { address } from "./address-bar.js";
import { copy } from "../parts/clipboard.js";
import { sameSettings, shownEntry } from "./state.js";
import { isSameAdapter, nameOf } from "../parts/names.js";

/**
 * @import { LinkReadMessage, Settings } from "../protocol.js"
 * @import { EngineClient } from "./engine.js"
 * @import { Store } from "./state.js"
 * @import { Unanswered } from "./worker-client.js"
 * @import { Writing } from "./writing.js"
 */

/**
 * @param {object} options
 * @param {Store} options.store
 * @param {EngineClient} options.engine
 * @param {Writing} options.writing
 * @param {() => Settings} options.readSettings  those of the form
 * @param {(settings: Settings) => void} options.writeSettings  into the form
 * @param {(problems: string[]) => void} options.onRead  with the parts of the link that could not be used; none for a good one
 * @param {(link: string) => void} options.onUncopied  the browser does not let the page copy
 * @param {(text: string) => void} options.say
 */
export function createLinks({ store, engine, writing, readSettings, writeSettings, onRead, onUncopied, say }) {
  /** The link still to be read, as the address bar had it; null once the worker has read it. @type {string | null} */
  let unread = isLink(location.hash) ? location.hash : null;

  engine.on("hello", () => {
    // A link may name the model, so it is read before one is loaded.
    if (unread === null) engine.load();
    else void read(unread);
  });
  addEventListener("hashchange", () => {
    if (isLink(location.hash)) void read(location.hash);
  });

  /**
   * Lets the worker read a link; before it can, the link waits.
   * @param {string} fragment
   */
  async function read(fragment) {
    unread = fragment;
    if (!engine.listening()) return;
    const answer = await engine.ask("read_link", { fragment }).catch(/** @param {Unanswered} why */ (why) => why);
    // Another link has come meanwhile; or the worker has gone, and the next one reads this.
    if (unread !== fragment || (answer instanceof Error && answer.code === null)) return;
    unread = null;
    if (answer instanceof Error) onRead([answer.message]);
    else take(answer);
    engine.load();
  }

  /** @param {LinkReadMessage} message */
  function take({ settings, digest, model, engine_revision, problems }) {
    onRead(problems);
    if (!settings) return;
    writeSettings(settings);
    writing.request({
      settings,
      expectation: { digest, model, engine_revision, damaged: problems.length > 0 },
      parent: null,
    });
    if (model) engine.want(nameOf(model));
  }

  /**
   * The link of settings; null while the engine does not run.
   * @param {Settings} settings
   */
  async function write(settings) {
    if (!engine.listening()) return null;
    return engine.ask("write_link", { settings, digest: null }).then(
      ({ fragment }) => fragment,
      () => null,
    );
  }

  return {
    /** Copies the link of the story shown, or of the settings when they have been changed since. */
    async copyLink() {
      const settings = readSettings();
      const record = shownEntry(store.get())?.record;
      // The form has no place for given tokens; a story keeps its own.
      const forced = record?.settings.forced;
      const shown = record !== undefined && sameSettings(record.settings, forced ? { ...settings, forced } : settings);
      const fragment = shown ? record.link : await write(settings);
      if (fragment === null) return say("The link can be made once the engine runs.");
      const link = address(fragment);
      const foreign =
        settings.adapter !== undefined &&
        settings.adapter.strength !== 0 &&
        !store.get().adapters.offered.some(({ id }) => isSameAdapter(id, settings.adapter?.id ?? ""));
      const needs = foreign ? " Who follows it needs the adapter’s files, too." : "";
      if (await copy(link)) say(`${shown ? "Link copied." : "Link copied: these settings, not written yet."}${needs}`);
      else onUncopied(link);
    },
  };
}

/**
 * Whether a fragment is meant as the link of a story. One that names a place on the page is not.
 * @param {string} fragment  with its "#"
 */
function isLink(fragment) {
  return fragment.length > 1 && document.getElementById(fragment.slice(1)) === null;
}
