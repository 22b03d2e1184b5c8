// The two panels, conversations and sources: one at a time, over the page, which cannot be reached meanwhile.

import { find, onChange, onClick } from "./page.js";

const NAMES = ["conversations", "sources"];
let opener = null;

const openPanel = () => NAMES.find((name) => document.body.classList.contains(`panel-${name}`));

function showPanel(name, button) {
  closePanel(false);
  opener = button;
  document.body.classList.add(`panel-${name}`);
  settle();
  find(name, `#${name}-head`)?.focus();
}

// Says whether there was one to close.
export function closePanel(refocus = true) {
  const name = openPanel();
  if (!name) return false;
  document.body.classList.remove(`panel-${name}`);
  settle();
  if (refocus && opener?.isConnected) opener.focus();
  return true;
}

function settle() {
  const name = openPanel();
  const columns = document.getElementById("columns");
  if (columns) columns.inert = Boolean(name);
  for (const button of document.querySelectorAll("#header [data-panel]")) {
    button.setAttribute("aria-expanded", String(button.dataset.panel === name));
  }
}

onClick("[data-panel]", (button) => {
  if (openPanel() === button.dataset.panel) closePanel();
  else showPanel(button.dataset.panel, button);
});
onClick("[data-panel-close]", () => closePanel());
onChange("header", settle);

document.addEventListener("pointerdown", (event) => {
  const name = openPanel();
  if (name && !event.target.closest?.(`#${name}, #header`)) closePanel();
});
