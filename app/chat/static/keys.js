// Keys: '/' to the question, 'n' and 'p' from footnote to footnote, Esc back by one step.

import { regions } from "./page.js";
import { hideCard } from "./card.js";
import { closePanel } from "./panels.js";
import { anyOverlay, closeOverlay, stepQuotation } from "./overlays.js";
import { cancelEdit, focusQuestion } from "./composer.js";
import { backToStatement, current, stepMark } from "./footnotes.js";

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
  closePanel(false);
  focusQuestion();
}

function step(by) {
  if (!stepQuotation(by) && !anyOverlay()) stepMark(by);
}

function back() {
  if (hideCard() || closePanel() || closeOverlay() || cancelEdit()) return true;
  if (!current() || !regions.evidence?.contains(document.activeElement)) return false;
  backToStatement(current().turn, current().number);
  return true;
}
