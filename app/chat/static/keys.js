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
  const call = { "/": toQuestion, n: () => step(1), p: () => step(-1) }[meant(event)];
  if (!call) return;
  event.preventDefault();
  call();
});

// On a layout of another script a key means what it does on a Latin one: the Ukrainian 'т' is where 'n' is, '.' where
// '/' is. A Latin layout goes by what is printed on the key.
function meant({ key, code, shiftKey }) {
  const foreign = !/^[!-~]$/.test(key) || key === ".";
  return (foreign && !shiftKey && { KeyN: "n", KeyP: "p", Slash: "/" }[code]) || key;
}

// 'n' in an empty box may be the first letter of a question: the letters are kept, and a further one that is no such
// key shows that a word was meant, which goes back to the box.
let letters = "";
let typedAt = 0; // ms

const stepping = (event) => ["n", "p"].includes(meant(event));

function leavesBox(event) {
  if (!emptyBox(event.target) || !stepping(event) || !canStep()) return false;
  event.preventDefault();
  letters = event.key;
  typedAt = event.timeStamp;
  step(meant(event) === "n" ? 1 : -1);
  return true;
}

function wasWord(event) {
  if (!letters || event.key.length !== 1) return false;
  const soon = event.timeStamp - typedAt < WORD;
  typedAt = event.timeStamp;
  if (stepping(event)) {
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
