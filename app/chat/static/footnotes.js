// Footnotes: the current one is marked in its statement and in its passage; clicking one brings its passage up, and
// from there its source is opened.

import { all, bringIntoView, find, motion, onChange, onClick, onMessage } from "./page.js";
import { closeOverlays, openSource } from "./overlays.js";
import { hideCard, shownByTouch } from "./card.js";
import { closeSheet, openSheet } from "./sheet.js";

let footnote = null; // the current one: {turn, number}
let lastTurn = "";

export const current = () => footnote;

onChange("conversation", () => {
  newTurn();
  showCurrent();
});
onChange("evidence", showCurrent);
onMessage("ready", () => {
  footnote = null;
});

function newTurn() {
  const turns = all("conversation", "article.turn");
  const last = turns.at(-1);
  const id = last?.dataset.turn ?? "";
  if (id === lastTurn) return;
  lastTurn = id;
  footnote = null;
  closeOverlays();
  closeSheet();
  last?.scrollIntoView({ block: "start", behavior: motion() });
  const column = document.getElementById("side");
  if (column) column.scrollTop = 0;
}

function showCurrent() {
  if (!footnote) return;
  const { turn, number } = footnote;
  showTurn(turn);
  for (const e of document.querySelectorAll("#conversation [aria-current], #evidence [aria-current]")) {
    e.removeAttribute("aria-current");
  }
  for (const e of marksOf(turn, number)) e.setAttribute("aria-current", "true");
  for (const e of passageParts(turn, number)) e.setAttribute("aria-current", "true");
}

const marksOf = (turn, number) =>
  all("conversation", `.mark[data-turn="${turn}"][data-mark="${number}"]`);

function passageParts(turn, number) {
  const section = find("evidence", `section[data-turn="${turn}"]`);
  const passage = section?.querySelector(`.passage[data-numbers~="${number}"]`);
  if (!passage) return [];
  return [passage, ...passage.querySelectorAll(`mark[data-quotes~="${number}"], .number[data-back="${number}"]`)];
}

// Show the evidence of one exchange.
function showTurn(turn) {
  for (const section of all("evidence", "section[data-turn]")) {
    section.hidden = section.dataset.turn !== turn;
  }
}

function use(turn, number) {
  hideCard();
  closeOverlays();
  footnote = { turn, number };
  showCurrent();
  const [passage] = passageParts(turn, number);
  if (!passage) return;
  openSheet(marksOf(turn, number)[0]);
  bringIntoView(passage, passage.querySelector(`mark[data-quotes~="${number}"]`) ?? passage);
  passage.focus({ preventScroll: true });
}

// The marks of the statements: those of a direct answer above them would be the same footnotes once more.
const OF_STATEMENTS = ".words .mark[data-mark]";

export function backToStatement(turn, number) {
  closeSheet();
  const mark = marksOf(turn, number).find((m) => m.matches(OF_STATEMENTS));
  mark?.scrollIntoView({ block: "center", behavior: motion() });
  mark?.focus({ preventScroll: true });
}

export const canStep = () => all("conversation", ".mark[data-mark]").length > 0;

// From footnote to footnote through the whole conversation: 1 forward, -1 back.
export function stepMark(by) {
  const marks = all("conversation", OF_STATEMENTS);
  if (!marks.length) return;
  const here = marks.findIndex((m) => m === document.activeElement);
  const used = here >= 0 ? here : marks.findIndex((m) => m.getAttribute("aria-current"));
  const first = marks.findIndex((m) => m.dataset.turn === lastTurn);
  const next = used >= 0 ? used + by : by > 0 ? Math.max(first, 0) : marks.length - 1;
  const mark = marks[Math.min(marks.length - 1, Math.max(0, next))];
  mark.scrollIntoView({ block: "center", behavior: motion() });
  mark.focus({ preventScroll: true, focusVisible: true });
}

onClick("[data-mark]", (mark) => {
  // A finger cannot hover: its first touch shows the card, the second one goes to the passage.
  if (!shownByTouch(mark)) use(mark.dataset.turn, Number(mark.dataset.mark));
});
onClick("[data-back]", (number) => backToStatement(number.dataset.turn, Number(number.dataset.back)));
onClick("[data-show]", (button) => {
  const { show } = button.dataset;
  closeOverlays();
  showTurn(show);
  const head = find("evidence", `section[data-turn="${show}"] h2`);
  if (!head) return;
  openSheet(button);
  bringIntoView(head, head);
  head.focus({ preventScroll: true });
});
onClick("[data-open]", (button) => {
  const { turn, open } = button.dataset;
  // A passage may hold several quotations: the current one opens, else the first.
  const numbers = button.closest(".passage").dataset.numbers.split(" ");
  const used = footnote?.turn === turn ? String(footnote.number) : "";
  openSource({ turn, number: Number(numbers.includes(used) ? used : open) }, button);
});
