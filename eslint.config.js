// Lint rules for the page's own source and the scripts around it. Built and third-party files are not ours to lint.
import js from "@eslint/js";
import globals from "globals";

/** Ways of turning text into markup or code, which the page never needs. */
const noMarkupFromText = ["innerHTML", "outerHTML", "insertAdjacentHTML", "setHTMLUnsafe"].map((name) => ({
  selector: `MemberExpression[property.name="${name}"]`,
  message: `Text goes in as text: use textContent or append instead of ${name}.`,
}));

export default [
  { ignores: ["node_modules/", "pkg/", "target/", "www/vendor/", "www/types/"] },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-restricted-syntax": ["error", ...noMarkupFromText],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
    },
  },
  { files: ["www/**/*.js"], languageOptions: { globals: globals.browser } },
  { files: ["www/worker.js"], languageOptions: { globals: globals.worker } },
  {
    files: ["scripts/**/*.mjs", "tests/**/*.{js,mjs}", "benches/**/*.{js,mjs}", "*.js"],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
  },
];
