// The two drawers, conversations and sources: one at a time, over the page, which cannot be reached meanwhile.

import { find, onChange, onClick } from "./page.js";

const NAMES = ["talks", "shelf"];
let opener = null;

const openDrawer = () => NAMES.find((name) => document.body.classList.contains(`drawer-${name}`));

export function showDrawer(name, button) {
  closeDrawer(false);
  opener = button;
  document.body.classList.add(`drawer-${name}`);
  settle();
  find(name, `#${name}-head`)?.focus();
}

// Says whether there was one to close.
export function closeDrawer(refocus = true) {
  const name = openDrawer();
  if (!name) return false;
  document.body.classList.remove(`drawer-${name}`);
  settle();
  if (refocus && opener?.isConnected) opener.focus();
  return true;
}

function settle() {
  const name = openDrawer();
  const desk = document.getElementById("desk");
  if (desk) desk.inert = Boolean(name);
  for (const button of document.querySelectorAll("#masthead [data-drawer]")) {
    button.setAttribute("aria-expanded", String(button.dataset.drawer === name));
  }
}

onClick("[data-drawer]", (button) => {
  if (openDrawer() === button.dataset.drawer) closeDrawer();
  else showDrawer(button.dataset.drawer, button);
});
onClick("[data-drawer-close]", () => closeDrawer());
onChange("masthead", settle);

document.addEventListener("pointerdown", (event) => {
  const name = openDrawer();
  if (name && !event.target.closest?.(`#${name}, #masthead`)) closeDrawer();
});
