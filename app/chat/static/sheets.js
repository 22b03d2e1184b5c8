// What opens in place of the evidence: a whole source (the reader) and the table of what each source says.

import { all, find, narrow, onChange, onClick, say, send } from "./page.js";
import { bringIntoView, inUse } from "./marks.js";
import { closeDrawer } from "./drawers.js";

let opened = 0; // counts openings, so that a sheet that was opened again can be told from one left open
const openers = { reading: null, comparing: null }; // the element to go back to

const isOpen = (state) => document.body.classList.contains(state);

// Ask for the reader: at a footnote {turn, number}, a nearest passage {turn, nearest}, a row of the table
// {turn, row}, or a place that somebody was sent {source, span, sha256}.
export function openReader(place, opener) {
  openers.reading = opener;
  opened += 1;
  send("open", { ...place, opened });
}

onClick("[data-open]", (button) => {
  const { turn } = button.dataset;
  openReader({ turn, number: numberIn(button) }, button);
});
onClick("[data-open-nearest]", (button) => {
  openReader({ turn: button.dataset.turn, nearest: Number(button.dataset.openNearest) }, button);
});
onClick("[data-open-row]", (button) => {
  openReader({ turn: button.dataset.turn, row: Number(button.dataset.openRow) }, button);
});
onClick("[data-open-source]", (button) => {
  closeDrawer(false);
  openReader({ source: button.dataset.openSource }, document.querySelector("#masthead [data-drawer=shelf]"));
});
onClick("[data-compare]", (button) => {
  openers.comparing = button;
  opened += 1;
  button.setAttribute("aria-busy", "true");
  button.lastChild.textContent = `${button.dataset.busy} …`;
  send("compare", { turn: button.dataset.compare, opened });
});

// A passage may hold several quotations: the one in use opens, else the first.
function numberIn(button) {
  const numbers = button.closest(".passage")?.dataset.numbers.split(" ") ?? [];
  const used = inUse()?.turn === button.dataset.turn ? String(inUse().number) : "";
  return Number(numbers.includes(used) ? used : button.dataset.open);
}

onChange("reader", () => {
  const sheet = find("reader", `[data-opened="${opened}"]`);
  if (!sheet) return;
  show("reading", "reader", sheet.querySelector("#reader-head"));
  toMark(sheet.querySelector("mark[aria-current]"), "auto");
});
onChange("compare", () => {
  for (const button of all("conversation", "[data-compare][aria-busy]")) {
    button.removeAttribute("aria-busy");
    button.lastChild.textContent = button.dataset.words;
  }
  const sheet = find("compare", `[data-compared="${opened}"]`);
  if (!sheet) return;
  document.body.classList.remove("reading");
  show("comparing", "compare", sheet.querySelector("#compare-head"));
});

function show(state, region, head) {
  document.body.classList.add(state);
  coverPage();
  scroller(region).scrollTop = 0;
  head?.focus({ preventScroll: true });
}

const scroller = (region) => document.getElementById(narrow() ? region : "beside");

function toMark(mark, behavior) {
  if (!mark) return;
  const box = scroller("reader");
  const top = mark.getBoundingClientRect().top - box.getBoundingClientRect().top;
  box.scrollTo({ top: box.scrollTop + top - box.clientHeight / 3, behavior });
}

// From quotation to quotation of this answer in the opened source: 1 forward, -1 back, round at the ends.
export function stepQuotation(by) {
  const places = isOpen("reading") ? all("reader", "[data-place-of]") : [];
  if (places.length < 2) return false;
  const here = places.findIndex((p) => !p.hidden);
  const next = places[(here + by + places.length) % places.length];
  for (const place of places) place.hidden = place !== next;
  const number = next.dataset.placeOf;
  for (const mark of all("reader", "mark[aria-current]")) mark.removeAttribute("aria-current");
  const marks = all("reader", `mark[data-quotes~="${number}"]`);
  for (const mark of marks) mark.setAttribute("aria-current", "true");
  toMark(marks[0], "auto");
  say(next.querySelector("span")?.textContent ?? "");
  return true;
}
onClick("[data-step]", (button) => stepQuotation(Number(button.dataset.step)));

// Close the sheet on top and go back to what opened it. Says whether there was one.
export function closeSheet() {
  const state = ["reading", "comparing"].find(isOpen);
  if (!state) return false;
  document.body.classList.remove(state);
  coverPage();
  const opener = openers[state];
  if (opener?.isConnected) {
    const passage = opener.closest(".passage");
    if (passage) bringIntoView(passage, opener);
    opener.focus({ preventScroll: !opener.closest(".compared, .actions") });
  }
  forgetPlace();
  return true;
}
onClick("[data-close]", closeSheet);

export function closeSheets() {
  document.body.classList.remove("reading", "comparing");
  coverPage();
  forgetPlace();
}

// On a narrow page a sheet covers everything, so nothing below it can be reached meanwhile.
function coverPage() {
  const covered = narrow() && anySheet();
  for (const id of ["masthead", "talk", "evidence"]) {
    const part = document.getElementById(id);
    if (part) part.inert = covered;
  }
}
window.addEventListener("resize", coverPage);

// The address names a place only while it is open: a reload after that would open it again.
function forgetPlace() {
  const url = new URL(location.href);
  if (!url.searchParams.has("source")) return;
  for (const name of ["source", "span", "sha256"]) url.searchParams.delete(name);
  history.replaceState(history.state, "", url);
}

export const anySheet = () => isOpen("reading") || isOpen("comparing");
