// Clicks and keys of the chat. The server makes all markup; this file moves focus, marks what is current,
// scrolls, and turns clicks into the two events of the conversation region: 'ask' and 'open'.

const regions = {};
let send = () => {};
let current = null; // {turn, number}: the footnote whose passage is shown
let opened = 0; // counts openings of the reader
let opener = null; // selector of the button that opened it
let lastTurn = "";

export function attach(name, element, watch, trigger, events) {
  regions[name] = element;
  if (events.length) send = trigger;
  watch("value", () => changed(name));
}

function changed(name) {
  if (name === "conversation") newTurn();
  if (name === "evidence" || name === "conversation") showCurrent();
  if (name === "reader") showReader();
}

const narrow = () => window.matchMedia("(max-width: 900px)").matches;
const motion = () =>
  window.matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
const find = (name, selector) => regions[name]?.querySelector(selector) ?? null;
const all = (name, selector) => [...(regions[name]?.querySelectorAll(selector) ?? [])];

function newTurn() {
  const turns = all("conversation", "article.turn");
  const last = turns.at(-1);
  const id = last?.dataset.turn ?? "";
  if (id === lastTurn) return;
  lastTurn = id;
  current = null;
  closeReader(false);
  last?.scrollIntoView({ block: "start", behavior: motion() });
  const column = document.getElementById("beside");
  if (column) column.scrollTop = 0;
}

// The evidence of one exchange is shown; the footnote in use is marked in the statement and in its passage.
function showCurrent() {
  if (!current) return;
  const { turn, number } = current;
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

function showTurn(turn) {
  for (const section of all("evidence", "section[data-turn]")) {
    section.hidden = section.dataset.turn !== turn;
  }
}

function pin(turn, number) {
  closeReader(false);
  current = { turn, number };
  showCurrent();
  const [passage] = passageParts(turn, number);
  if (!passage) return;
  bringIntoView(passage, passage.querySelector(`mark[data-quotes~="${number}"]`) ?? passage);
  passage.focus({ preventScroll: true });
}

// On a wide page the column beside the conversation scrolls alone; on a narrow one the page does.
function bringIntoView(whole, part) {
  const column = document.getElementById("beside");
  if (narrow() || !column) {
    part.scrollIntoView({ block: "center", behavior: motion() });
    return;
  }
  const room = column.getBoundingClientRect();
  const box = whole.getBoundingClientRect();
  const target = box.height < room.height - 48 ? box : part.getBoundingClientRect();
  const top = column.scrollTop + target.top - room.top - (room.height - target.height) / 3;
  column.scrollTo({ top: Math.max(0, top), behavior: motion() });
}

function backToStatement(turn, number) {
  const [mark] = marksOf(turn, number);
  mark?.scrollIntoView({ block: "center", behavior: motion() });
  mark?.focus({ preventScroll: true });
}

function openSource(button) {
  const { turn, open, openNearest } = button.dataset;
  const place = open === undefined ? { nearest: Number(openNearest) } : { number: openNumber(button) };
  opener = open === undefined
    ? `section[data-turn="${turn}"] [data-open-nearest="${openNearest}"]`
    : `section[data-turn="${turn}"] [data-open="${open}"]`;
  opened += 1;
  send("open", { turn, ...place, opened });
}

// A passage may hold several quotations: the one in use opens, else the first.
function openNumber(button) {
  const numbers = button.closest(".passage")?.dataset.numbers.split(" ") ?? [];
  const used = current?.turn === button.dataset.turn ? String(current.number) : "";
  return Number(numbers.includes(used) ? used : button.dataset.open);
}

function showReader() {
  const sheet = find("reader", `[data-opened="${opened}"]`);
  if (!sheet) return;
  document.body.classList.add("reading");
  const mark = sheet.querySelector("mark[aria-current]");
  const scroller = document.getElementById(narrow() ? "reader" : "beside");
  scroller.scrollTop = 0;
  sheet.querySelector("#reader-head")?.focus({ preventScroll: true });
  if (!mark) return;
  const top = mark.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
  scroller.scrollTo({ top: scroller.scrollTop + top - scroller.clientHeight / 3 });
}

function closeReader(refocus) {
  if (!document.body.classList.contains("reading")) return false;
  document.body.classList.remove("reading");
  if (refocus) {
    const button = opener && find("evidence", opener);
    if (button) bringIntoView(button.closest(".passage"), button);
    button?.focus({ preventScroll: true });
  }
  return true;
}

document.addEventListener("click", (event) => {
  const hit = event.target.closest?.(
    "[data-mark], [data-back], [data-open], [data-open-nearest], [data-close], [data-ask], [data-show]",
  );
  if (!hit || !Object.values(regions).some((r) => r.contains(hit))) return;
  const { mark, back, turn, ask, show } = hit.dataset;
  event.preventDefault();
  if (mark !== undefined) pin(turn, Number(mark));
  else if (back !== undefined) backToStatement(turn, Number(back));
  else if (ask !== undefined) send("ask", { question: ask });
  else if (show !== undefined) showSection(show);
  else if (hit.dataset.close !== undefined) closeReader(true);
  else openSource(hit);
});

function showSection(turn) {
  closeReader(false);
  showTurn(turn);
  const head = find("evidence", `section[data-turn="${turn}"] h2`);
  if (!head) return;
  bringIntoView(head, head);
  head.focus({ preventScroll: true });
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (closeReader(true)) return;
  if (current && regions.evidence?.contains(document.activeElement)) {
    backToStatement(current.turn, current.number);
  }
});
