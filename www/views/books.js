// The dialog that shows which books hold a span, with the sentence of each.
import { button, element } from "../parts/dom.js";
import { count } from "../parts/format.js";

/**
 * @import { FoundBook } from "../protocol.js"
 */

/** One dialog for the whole page. */
export function createBooks() {
  const heading = element("h2", { id: "books-heading" });
  const list = element("ol", { class: "books-list" });
  const dialog = element(
    "dialog",
    { class: "books", "aria-labelledby": "books-heading" },
    heading,
    list,
    button("Close", () => dialog.close()),
  );
  document.body.append(dialog);
  // A press beside the dialog closes it, too.
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  return {
    /**
     * @param {string} span
     * @param {FoundBook[]} books
     */
    show(span, books) {
      heading.textContent = `“${span.replace(/\s+/g, " ")}”`;
      list.replaceChildren(
        ...books.map(({ book, occurrences, passage }) =>
          element(
            "li",
            {},
            element("cite", {}, book.title),
            ` by ${book.author}${occurrences > 1 ? `, ${count(occurrences)} times` : ""}`,
            element("blockquote", {}, passage.before, element("mark", {}, passage.span), passage.after),
          ),
        ),
      );
      if (books.length === 0)
        list.append(element("li", {}, "The library gives no book for this; it may have been closed. Load it again."));
      dialog.showModal();
    },
  };
}
