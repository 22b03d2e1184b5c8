// Who answers, where a language model is set up: the model in its own words, or quotations only. The choice goes with
// each question of this tab; the next visit begins with it.

import { all, onChange } from "./page.js";
import { readItem, writeItem } from "./store.js";

const ENGINE = "footnote/engine"; // in localStorage: the last choice
let choice = readItem("localStorage", ENGINE) === "quotations" ? "quotations" : "model";

const options = () => all("engines", "[data-engine]");

export const quotationsOnly = () => options().length > 0 && choice === "quotations";

document.addEventListener("change", (event) => {
  const option = event.target.closest?.("[data-engine]");
  if (!option) return;
  choice = option.value;
  writeItem("localStorage", ENGINE, choice);
});
onChange("engines", () => {
  for (const option of options()) option.checked = option.value === choice;
});
