// The question box: what goes along with a question, which sources are asked, editing the last question, stopping.

import { all, counted, find, onChange, onClick, onLetter, say, send } from "./page.js";
import { load } from "./store.js";

const STARTING = 3000; // ms that a question may take to appear on the page
const AGAIN = 20;
const PAUSE = 100; // ms

const page = {
  talk: "", // the name this browser keeps the conversation under
  chosen: new Set(), // ids of the only sources to ask
  replace: "", // id of the exchange that the next one takes the place of
  records: null, // exchanges to send along, once
};
let askedAt = 0;

export const talk = () => page.talk;
export const chosen = () => page.chosen;

// What the server is told of the page along with an event, as JSON.
export function ticket() {
  const { talk: name, replace, records } = page;
  page.records = null;
  const turns = all("conversation", "article.turn").length;
  return JSON.stringify({ talk: name, turns, sources: [...page.chosen], replace, records });
}

// The same for a question that is being asked now.
export function order() {
  askedAt = Date.now();
  return ticket();
}

// Work on another conversation: the next ticket brings its exchanges.
export function turnTo(name, records) {
  Object.assign(page, { talk: name, records, replace: "" });
  showEditing();
}

export const keptUnder = (name) => Object.assign(page, { talk: name });

export function asking() {
  const busy = Boolean(find("conversation", ".answer[aria-busy=true]"));
  return busy || Date.now() - askedAt < STARTING;
}

export function ask(question, more = {}) {
  if (asking()) return;
  page.replace = more.replace ?? "";
  showEditing();
  send("submit", { question });
}

onChange("conversation", () => {
  askedAt = 0;
  document.body.classList.toggle("asking", Boolean(find("conversation", ".answer[aria-busy=true]")));
});
onLetter("kept", () => {
  askedAt = 0;
  page.replace = "";
  showEditing();
});
onLetter("send-records", ({ question, typed }) => {
  askedAt = 0;
  page.records = (load(page.talk)?.exchanges ?? []).map((e) => e.record);
  sendAgain({ question, typed }, AGAIN);
});

// Gradio drops an event while the same one is still ending, so it is sent until its ticket has been taken.
function sendAgain(data, tries) {
  if (page.records === null || tries === 0) return;
  send("submit", data);
  setTimeout(() => sendAgain(data, tries - 1), PAUSE);
}

onClick("[data-ask]", (button) => ask(button.dataset.ask));
onClick("[data-again]", (button) => ask(questionOf(button.dataset.again), { replace: button.dataset.again }));
onClick("[data-edit]", (button) => {
  page.replace = button.dataset.edit;
  showEditing();
  write(questionOf(button.dataset.edit));
});
onClick("[data-edit-cancel]", cancelEdit);

const questionOf = (turn) => find("conversation", `[data-question="${turn}"]`)?.textContent ?? "";

export const box = () => document.querySelector("#question textarea");

function write(words) {
  const field = box();
  if (!field) return;
  field.value = words;
  field.dispatchEvent(new Event("input", { bubbles: true })); // so that Gradio knows
  field.focus();
  field.setSelectionRange(words.length, words.length);
}

export function cancelEdit() {
  if (!page.replace || asking()) return false;
  page.replace = "";
  showEditing();
  write("");
  return true;
}

function showEditing() {
  const line = find("above", "[data-editing]");
  if (line) line.hidden = !page.replace;
}

// A second Enter while an answer is being made asks nothing and takes nothing out of the box.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Enter" || event.shiftKey || !event.target.closest?.("#question") || !asking()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  { capture: true },
);

// The chosen sources as chips; names as the sources drawer has them.
export function choose(id, on) {
  if (on) page.chosen.add(id);
  else page.chosen.delete(id);
  showChosen();
}

export function showChosen() {
  for (const tick of all("shelf", "[data-choose]")) tick.checked = page.chosen.has(tick.dataset.choose);
  const chips = find("above", "[data-chips]");
  if (!chips) return;
  chips.hidden = page.chosen.size === 0;
  const words = chips.querySelector(".chips-words");
  words.textContent = page.chosen.size ? counted(words, page.chosen.size) : "";
  const model = chips.querySelector("[data-chip]");
  for (const chip of chips.querySelectorAll(".chip:not([data-chip])")) chip.remove();
  for (const id of page.chosen) chips.insertBefore(chipFor(model, id), chips.lastElementChild);
}

function chipFor(model, id) {
  const chip = model.cloneNode(true);
  const name = find("shelf", `[data-choose="${CSS.escape(id)}"]`)?.dataset.name ?? id;
  chip.removeAttribute("data-chip");
  chip.hidden = false;
  chip.querySelector(".chip-name").textContent = name;
  const button = chip.querySelector("[data-drop]");
  button.dataset.drop = id;
  button.setAttribute("aria-label", button.dataset.name.replace("{name}", name));
  return chip;
}

onClick("[data-drop]", (button) => {
  choose(button.dataset.drop, false);
  box()?.focus();
});
onClick("[data-choose-all]", () => {
  page.chosen.clear();
  showChosen();
  say(find("above", "[data-choose-all]")?.textContent ?? "");
});
onChange("above", () => {
  showEditing();
  showChosen();
});
