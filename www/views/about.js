// In "Where it comes from": what wrote the story that is shown, and on what.
import { strengthWords } from "./adapter-words.js";
import { element } from "../parts/dom.js";
import { count, decimal, megabytes } from "../parts/format.js";

/**
 * @import { StoryRecord } from "../protocol.js"
 */

/**
 * @typedef {object} Engine
 * @property {string} name
 * @property {number} revision
 */

/**
 * @param {{ root: HTMLElement }} options
 */
export function createAbout({ root }) {
  const list = element("dl", { class: "parts about-parts" });
  root.append(list);

  return {
    /**
     * @param {{ engine: Engine | null, kernel: string | null, memoryBytes: number | null, record: StoryRecord | null, own: boolean }} facts
     */
    show({ engine, kernel, memoryBytes, record, own }) {
      /** @type {[string, string][]} */
      const rows = [];
      if (engine) rows.push(["Engine here", `${engine.name}, revision ${engine.revision}`]);
      if (kernel) rows.push(["Arithmetic kernel", kernel]);
      if (memoryBytes !== null) rows.push(["Memory of the engine", `${megabytes(memoryBytes)} MB`]);
      if (record) {
        const { adapter } = record.settings;
        rows.push(
          ["Model of this story", record.model],
          ...(adapter
            ? [
                /** @type {[string, string]} */ ([
                  "Adapter of this story",
                  `${adapter.id}, ${strengthWords(adapter.strength)}`,
                ]),
              ]
            : []),
          ["Digest of its tokens", record.digest],
        );
        if (!own) rows.push(["Written", "elsewhere, as an example"]);
        if (record.engine_revision !== engine?.revision)
          rows.push(["Written by engine revision", String(record.engine_revision)]);
        if (record.seconds !== null) rows.push(["Time for this story", `${decimal(record.seconds, 2)} s`]);
        if (record.tokens_per_second !== null)
          rows.push(["Speed of this story", `${count(record.tokens_per_second)} tokens/s`]);
      }
      list.replaceChildren(...rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
    },
  };
}
