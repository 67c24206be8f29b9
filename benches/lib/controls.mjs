// Sets controls and presses buttons by their ids. The tests' own way, by role and name, builds the tree that screen readers get, and the
// browser then keeps that up to date in every frame.

export const control = (page, id, value) =>
  page.evaluate(
    (name, to) => {
      const node = document.getElementById(name);
      if (to === undefined) return node.click();
      node.value = String(to);
      node.dispatchEvent(new Event("input", { bubbles: true }));
      return node.dispatchEvent(new Event("change", { bubbles: true }));
    },
    id,
    value,
  );

export async function choose(page, { top_p, ...settings }) {
  for (const [id, value] of Object.entries({ ...settings, "top-p": top_p })) await control(page, id, value);
}

/** The colours of the story, by the words on their button. */
export const colourBy = (page, name) =>
  page.evaluate(
    (label) =>
      [...document.querySelectorAll("#story fieldset label")].find((node) => node.textContent === label).click(),
    name,
  );
