// Keys: '/' to the question, 'n' and 'p' from footnote to footnote, Esc back by one step.

import { regions } from "./page.js";
import { hideCard } from "./card.js";
import { closeDrawer } from "./drawers.js";
import { anySheet, closeSheet, stepQuotation } from "./sheets.js";
import { box, cancelEdit } from "./composer.js";
import { backToStatement, inUse, stepMark } from "./marks.js";

const writing = (element) => Boolean(element?.closest?.("input, textarea, select, [contenteditable]"));

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    if (back()) event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || writing(event.target)) return;
  const call = { "/": toQuestion, n: () => step(1), p: () => step(-1) }[event.key];
  if (!call) return;
  event.preventDefault();
  call();
});

function toQuestion() {
  closeDrawer(false);
  box()?.focus();
}

function step(by) {
  if (!stepQuotation(by) && !anySheet()) stepMark(by);
}

function back() {
  if (hideCard() || closeDrawer() || closeSheet() || cancelEdit()) return true;
  if (!inUse() || !regions.evidence?.contains(document.activeElement)) return false;
  backToStatement(inUse().turn, inUse().number);
  return true;
}
