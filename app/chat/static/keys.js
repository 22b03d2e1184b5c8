// Keys: '/' to the question, 'n' and 'p' from footnote to footnote, also out of an empty question box, Esc back by one
// step.

import { regions } from "./page.js";
import { hideCard } from "./card.js";
import { closePanel } from "./panels.js";
import { anyOverlay, stepQuotation } from "./overlays.js";
import { closeTop } from "./back.js";
import { cancelEdit, emptyBox, focusQuestion, typeOn } from "./composer.js";
import { backToStatement, canStep, current, stepMark } from "./footnotes.js";

const WORD = 1500; // ms between two letters of one word

const writing = (element) => Boolean(element?.closest?.("input, textarea, select, [contenteditable]"));

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    if (back()) event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (leavesBox(event) || wasWord(event) || writing(event.target)) return;
  const call = { "/": toQuestion, n: () => step(1), p: () => step(-1) }[event.key];
  if (!call) return;
  event.preventDefault();
  call();
});

// 'n' in an empty box may be the first letter of a question: the letters are kept, and a further one that is no such
// key shows that a word was meant, which goes back to the box.
let letters = "";
let typedAt = 0; // ms

const stepping = (key) => key === "n" || key === "p";

function leavesBox(event) {
  if (!emptyBox(event.target) || !stepping(event.key) || !canStep()) return false;
  event.preventDefault();
  letters = event.key;
  typedAt = event.timeStamp;
  step(event.key === "n" ? 1 : -1);
  return true;
}

function wasWord(event) {
  if (!letters || event.key.length !== 1) return false;
  const soon = event.timeStamp - typedAt < WORD;
  typedAt = event.timeStamp;
  if (stepping(event.key)) {
    letters = soon ? letters + event.key : event.key;
    return false;
  }
  const meant = soon && event.key !== "/" && event.target.closest?.(".mark");
  const word = meant ? letters + event.key : "";
  letters = "";
  if (!word) return false;
  event.preventDefault();
  hideCard();
  typeOn(word);
  return true;
}

document.addEventListener("pointerdown", () => {
  letters = "";
});

function toQuestion() {
  closePanel(false);
  focusQuestion();
}

function step(by) {
  if (!stepQuotation(by) && !anyOverlay()) stepMark(by);
}

function back() {
  if (hideCard() || closeTop() || cancelEdit()) return true;
  if (!current() || !regions.evidence?.contains(document.activeElement)) return false;
  backToStatement(current().turn, current().number);
  return true;
}
