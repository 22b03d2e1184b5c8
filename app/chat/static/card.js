// The card on a footnote mark: on hover, on focus by key, on a first touch. It can be hovered itself, closes with
// Esc, and stays inside the window.

import { onChange, onMessage, regions } from "./page.js";

const GAP = 8; // CSS pixels to the mark and to the window's edge
const LEAVE = 180; // ms to get from the mark to the card
const STAY = 120; // ms on a mark before its card comes

let mark = null; // the mark whose card is shown
let coming = 0;
let going = 0;

const markOf = (target) => {
  const found = target.closest?.(".mark[aria-describedby]");
  return found && regions.conversation?.contains(found) ? found : null;
};
const cardOf = (of) => of && document.getElementById(of.getAttribute("aria-describedby"));

function stopTimers() {
  clearTimeout(coming);
  clearTimeout(going);
}

function show(of) {
  stopTimers();
  if (mark && mark !== of) hideCard();
  const card = cardOf(of);
  if (!card) return;
  mark = of;
  if (!card.matches(":popover-open")) card.showPopover();
  place(card, of);
}

// Below the mark if there is room, else above it; never over the window's edge.
function place(card, of) {
  const at = of.getClientRects()[0] ?? of.getBoundingClientRect();
  const { width, height } = card.getBoundingClientRect();
  const left = Math.min(Math.max(GAP, at.left - 24), innerWidth - width - GAP);
  const below = at.bottom + GAP + height <= innerHeight - GAP;
  const top = below ? at.bottom + GAP : Math.max(GAP, at.top - GAP - height);
  card.style.left = `${Math.max(GAP, left)}px`;
  card.style.top = `${Math.min(top, Math.max(GAP, innerHeight - height - GAP))}px`;
}

export function hideCard() {
  stopTimers();
  if (!mark) return false;
  const card = cardOf(mark);
  mark = null;
  if (!card?.matches(":popover-open")) return false;
  card.hidePopover();
  return true;
}

function leave() {
  stopTimers();
  going = setTimeout(() => {
    if (!mark?.matches(":focus-visible")) hideCard();
  }, LEAVE);
}

let pointer = "";

// Whether this touch only showed the card.
export function shownByTouch(of) {
  if (pointer !== "touch" || mark === of) return false;
  show(of);
  return true;
}

document.addEventListener("pointerdown", (event) => {
  pointer = event.pointerType;
  if (mark && !markOf(event.target) && !event.target.closest?.(".mark-card")) hideCard();
});
document.addEventListener("pointerover", (event) => {
  if (event.pointerType !== "mouse") return;
  const over = markOf(event.target);
  if (over) {
    clearTimeout(going);
    if (over === mark) return;
    clearTimeout(coming);
    coming = setTimeout(() => show(over), STAY);
  } else if (event.target.closest?.(".mark-card")) {
    clearTimeout(going);
  } else if (mark || coming) {
    leave();
  }
});
document.addEventListener("focusin", (event) => {
  const over = markOf(event.target);
  if (over?.matches(":focus-visible")) show(over);
  else if (mark && over !== mark) hideCard();
});
document.addEventListener("scroll", () => mark && place(cardOf(mark), mark), { capture: true, passive: true });
window.addEventListener("resize", hideCard);

onChange("conversation", () => {
  if (mark?.isConnected && cardOf(mark)) show(mark);
  else hideCard();
});
onMessage("ready", hideCard);
