// The page's own code: classic scripts that share their top-level names, inlined as they are. No build step.
import js from "@eslint/js";

const browser = ["window", "document", "location", "history", "navigator", "vis", "Blob", "URL", "console", "matchMedia"];
const clock = ["requestAnimationFrame", "cancelAnimationFrame", "setTimeout", "clearTimeout", "getComputedStyle"];
const others = ["ResizeObserver", "Event", "CSS", "performance", "localStorage", "addEventListener", "devicePixelRatio"];
const ours = ["Filters", "Find", "GraphMap", "Logic", "Panel", "Sharing", "State", "Table", "Take", "Ways"];

export default [
  {
    files: ["kg/view/*.js"],
    languageOptions: {
      ecmaVersion: 2022,
      sourceType: "script",
      globals: Object.fromEntries([...browser, ...clock, ...others, ...ours].map((name) => [name, "readonly"])),
    },
    rules: {
      ...js.configs.recommended.rules,
      "no-unused-vars": ["error", { vars: "local" }], // top-level names are for the other files
      "no-redeclare": ["error", { builtinGlobals: false }],
      eqeqeq: "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
];
