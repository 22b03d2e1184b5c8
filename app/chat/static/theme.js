// Light, dark, or as the system has it: the reader's own choice, kept in this browser.

import { find, onChange } from "./page.js";
import { readItem, writeItem } from "./store.js";

const THEME = "footnote/theme"; // in localStorage: light or dark; the system decides without it
const system = window.matchMedia("(prefers-color-scheme: dark)");

const kept = () => readItem("localStorage", THEME) ?? "";

function showTheme() {
  const theme = kept();
  document.body.classList.toggle("dark", theme ? theme === "dark" : system.matches);
  const choice = find("header", "[data-theme]");
  if (choice) choice.value = theme;
}

document.addEventListener("change", (event) => {
  const choice = event.target.closest?.("[data-theme]");
  if (!choice) return;
  writeItem("localStorage", THEME, choice.value);
  showTheme();
});
onChange("header", showTheme);
system.addEventListener("change", showTheme);
window.addEventListener("storage", showTheme);
