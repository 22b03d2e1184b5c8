// What opens over the evidence: the source viewer, and the comparison of what each source says.

import { all, announce, bringIntoView, find, narrow, onChange, onClick, send } from "./page.js";
import { closePanel } from "./panels.js";

let opened = 0; // counts openings, so that an overlay that was opened again can be told from one left open
const openers = { reading: null, comparing: null, searching: null, checking: null }; // the element to go back to
const STATES = Object.keys(openers); // the uppermost first

const isOpen = (state) => document.body.classList.contains(state);

// Open a source at a footnote {turn, number}, a nearest passage {turn, nearest}, a row of the table
// {turn, row}, or what a link names {source, span, sha256}.
export function openSource(place, opener) {
  send("open_source", { ...place, opened: opening("reading", opener) });
}

// Count an opening: what the server then makes carries the number.
export function opening(state, opener) {
  openers[state] = opener ?? openers[state];
  opened += 1;
  return opened;
}

// Show what the server made for the last opening; says whether it was for it.
export function showOverlay(state, region, headSelector) {
  const head = find(region, `[data-opened="${opened}"] ${headSelector}`);
  if (!head) return false;
  for (const above of STATES.slice(0, STATES.indexOf(state))) document.body.classList.remove(above);
  show(state, region, head);
  return true;
}

onClick("[data-open-nearest]", (button) => {
  openSource({ turn: button.dataset.turn, nearest: Number(button.dataset.openNearest) }, button);
});
onClick("[data-open-row]", (button) => {
  openSource({ turn: button.dataset.turn, row: Number(button.dataset.openRow) }, button);
});
onClick("[data-open-source]", (button) => {
  closePanel(false);
  const inPanel = button.closest("#sources");
  const opener = inPanel ? document.querySelector("#header [data-panel=sources]") : button;
  openSource({ source: button.dataset.openSource }, opener);
});
onClick("[data-compare]", (button) => {
  openers.comparing = button;
  opened += 1;
  button.setAttribute("aria-busy", "true");
  button.lastChild.textContent = `${button.dataset.busy} …`;
  send("compare", { turn: button.dataset.compare, opened });
});

onChange("source-viewer", () => {
  const viewer = find("source-viewer", `[data-opened="${opened}"]`);
  if (!viewer) return;
  show("reading", "source-viewer", viewer.querySelector("#source-viewer-head"));
  toMark(viewer.querySelector("mark[aria-current]"));
});
onChange("comparison", () => {
  for (const button of all("conversation", "[data-compare][aria-busy]")) {
    button.removeAttribute("aria-busy");
    button.lastChild.textContent = button.dataset.words;
  }
  showOverlay("comparing", "comparison", "#comparison-head");
});

function show(state, region, head) {
  document.body.classList.add(state);
  coverPage();
  scroller(region).scrollTop = 0;
  head?.focus({ preventScroll: true });
}

const scroller = (region) => document.getElementById(narrow() ? region : "side");

function toMark(mark) {
  if (!mark) return;
  const box = scroller("source-viewer");
  const top = mark.getBoundingClientRect().top - box.getBoundingClientRect().top;
  box.scrollTo({ top: box.scrollTop + top - box.clientHeight / 3 });
}

// From quotation to quotation of this answer in the opened source: 1 forward, -1 back, round at the ends.
export function stepQuotation(by) {
  const places = isOpen("reading") ? all("source-viewer", "[data-place-of]") : [];
  if (places.length < 2) return false;
  const here = places.findIndex((p) => !p.hidden);
  const next = places[(here + by + places.length) % places.length];
  for (const place of places) place.hidden = place !== next;
  const number = next.dataset.placeOf;
  for (const mark of all("source-viewer", "mark[aria-current]")) mark.removeAttribute("aria-current");
  const marks = all("source-viewer", `mark[data-quotes~="${number}"]`);
  for (const mark of marks) mark.setAttribute("aria-current", "true");
  toMark(marks[0]);
  announce(next.querySelector("span")?.textContent ?? "");
  return true;
}
onClick("[data-step]", (button) => stepQuotation(Number(button.dataset.step)));

// Close the overlay on top and go back to what opened it. Says whether there was one.
export function closeOverlay() {
  const state = STATES.find(isOpen);
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
onClick("[data-close]", closeOverlay);

export function closeOverlays() {
  document.body.classList.remove(...STATES);
  coverPage();
  forgetPlace();
}

// On a narrow page an overlay covers everything, so nothing below it can be reached meanwhile.
function coverPage() {
  const covered = narrow() && anyOverlay();
  for (const id of ["header", "main", "evidence"]) {
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

export const anyOverlay = () => STATES.some(isOpen);
