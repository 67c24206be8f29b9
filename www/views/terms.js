// Terms of the page that the glossary explains: a link to it, whose tooltip is what stands there.
const GLOSSARY = "pages/glossary.html";

/** @type {Promise<Document | null> | null} */
let glossary = null;

/** The glossary's page, asked for once, when the first term is pointed at. */
function read() {
  glossary ??= fetch(GLOSSARY)
    .then((response) => (response.ok ? response.text() : Promise.reject(new Error(response.statusText))))
    .then((text) => new DOMParser().parseFromString(text, "text/html"))
    .catch(() => null);
  return glossary;
}

/** @param {Event} event */
async function explain({ target }) {
  const term = target instanceof Element ? target.closest(`a.term[href^="${GLOSSARY}#"]`) : null;
  if (!(term instanceof HTMLAnchorElement) || term.title) return;
  const heading = (await read())?.getElementById(term.hash.slice(1));
  const text = heading?.nextElementSibling?.textContent?.replace(/\s+/g, " ").trim();
  if (text) term.title = text;
}

/** Gives each term its tooltip when it is pointed at or reached with the keyboard. */
export function explainTerms() {
  document.addEventListener("pointerover", (event) => void explain(event));
  document.addEventListener("focusin", (event) => void explain(event));
}
