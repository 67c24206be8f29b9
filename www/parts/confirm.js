// A question before what cannot be taken back.
import { button, element } from "./dom.js";

/**
 * The dialog, already on the page, and its heading. It comes up with `dialog.showModal()`.
 * @param {{ id: string, text: string, yes: string, onYes: () => void }} options  `id`: of its parts, before a dash
 */
export function createConfirm({ id, text, yes, onYes }) {
  const question = element("h2", { id: `${id}-heading` });
  const dialog = element(
    "dialog",
    { class: "confirm", "aria-labelledby": `${id}-heading`, "aria-describedby": `${id}-text` },
    question,
    element("p", { id: `${id}-text` }, text),
    element(
      "div",
      { class: "confirm-buttons" },
      button("Cancel", () => dialog.close(), { autofocus: true }),
      button(yes, () => {
        dialog.close();
        onYes();
      }),
    ),
  );
  document.body.append(dialog);
  return { dialog, question };
}
