// One of two texts side by side: what both begin with is dimmed, the first token that differs is marked.
import { adapterWords } from "./adapter-words.js";
import { element } from "../parts/dom.js";

/**
 * @import { StoryRecord } from "../protocol.js"
 */

/**
 * How many tokens two stories begin with in common. Their prompts do not count.
 * @param {StoryRecord} one
 * @param {StoryRecord} other
 */
export function sameTokens(one, other) {
  const shortest = Math.min(one.token_ids.length, other.token_ids.length);
  for (let at = 0; at < shortest; at += 1) if (one.token_ids[at] !== other.token_ids[at]) return at;
  return shortest;
}

/** One side of the comparison. */
export function createCompareText() {
  const name = element("h3");
  const facts = element("p", { class: "hint" });
  const text = element("div", { class: "compare-text", role: "group", tabindex: 0 });
  const node = element("div", { class: "compare-side" }, name, facts, text);
  /** @param {string} title */
  function rename(title) {
    name.textContent = title;
    text.setAttribute("aria-label", `Text of ${title}`);
  }

  return {
    node,
    rename,
    /**
     * Nothing stands here yet.
     * @param {string} title
     */
    clear(title) {
      rename(title);
      facts.textContent = "";
      text.replaceChildren(element("span", { class: "hint" }, "The story that is shown next stands here."));
    },
    /**
     * @param {string} title
     * @param {StoryRecord} record
     * @param {number | null} same  tokens that both stories begin with; the next one is the first difference. Null without another story
     */
    show(title, record, same) {
      const { settings, token_texts } = record;
      rename(title);
      const adapter = adapterWords(settings);
      facts.textContent = `Temperature ${settings.temperature}, top-p ${settings.top_p}, ${adapter ? `${adapter}, ` : ""}seed ${settings.seed}, ${token_texts.length} tokens`;
      text.scrollTop = 0;
      if (same === null) {
        text.replaceChildren(element("span", { class: "story-prompt" }, settings.prompt), record.text);
        return;
      }
      const [, space = "", word = ""] = /^(\s*)(.*)$/s.exec(token_texts[same] ?? "") ?? [];
      const mark = element("mark", {}, word || "¶");
      text.replaceChildren(
        element("span", { class: "story-prompt" }, settings.prompt),
        element("span", { class: "compare-same" }, token_texts.slice(0, same).join("")),
        space,
        ...(same < token_texts.length ? [mark] : [element("span", { class: "hint" }, " ends here")]),
        token_texts.slice(same + 1).join(""),
      );
      // In the middle of its box; the page itself stays where it is.
      text.scrollTop = same < token_texts.length ? mark.offsetTop - text.clientHeight / 3 : text.scrollHeight;
    },
  };
}
