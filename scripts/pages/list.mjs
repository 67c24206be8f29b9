/**
 * Every document that the site shows as a page of its own: its source, its page, and its name in the list at the foot of each page.
 * methods.html lies at the root because old links lead there.
 * @type {{ source: string, page: string, name: string }[]}
 */
export const PAGES = [
  { source: "README.md", page: "pages/about.html", name: "About" },
  { source: "docs/methods.md", page: "methods.html", name: "What the numbers mean" },
  { source: "docs/glossary.md", page: "pages/glossary.html", name: "Glossary" },
  { source: "docs/experiments.md", page: "pages/experiments.html", name: "Our experiments" },
  { source: "docs/sampling.md", page: "pages/sampling.html", name: "The sampling chain" },
  { source: "docs/links.md", page: "pages/links.html", name: "Links" },
  { source: "docs/command-line.md", page: "pages/command-line.html", name: "The command line" },
  { source: "docs/engine.md", page: "pages/engine.html", name: "The engine" },
  { source: "docs/page.md", page: "pages/page.html", name: "The code of the page" },
  { source: "models/fable-9m/README.md", page: "pages/fable-9m.html", name: "The house model" },
  { source: "models/fable-9m/stories.md", page: "pages/stories.html", name: "Thirty stories" },
  { source: "models/poet/README.md", page: "pages/poet.html", name: "The Poet" },
  { source: "training/README.md", page: "pages/training.html", name: "Training" },
  { source: "CONTRIBUTING.md", page: "pages/contributing.html", name: "Contributing" },
];
