// The question box: what goes along with a question, which sources are asked, editing the last question, stopping.

import { all, announce, find, language, onChange, onClick, onMessage, send } from "./page.js";
import { quotationsOnly } from "./engine.js";
import { load } from "./store.js";

const STARTING = 3000; // ms that a question may take to appear on the page
const AGAIN = 20;
const PAUSE = 100; // ms

const chosen = new Set(); // ids of the only sources to ask
const state = {
  id: "", // what this browser keeps the conversation under
  replace: "", // id of the exchange that the next one takes the place of
  records: null, // exchanges to send along, once
};
let askedAt = 0;
let asked = 0; // how many questions have been asked

export const conversationId = () => state.id;

// What the server is told of the page along with an event, as JSON.
export function clientState() {
  const { id, replace, records } = state;
  state.records = null;
  const turns = all("conversation", "article.turn").length;
  const asked = { sources: [...chosen], quotations_only: quotationsOnly() };
  return JSON.stringify({ conversation_id: id, turns, ...asked, replace, records });
}

const askedCalls = [];
export const onAsked = (call) => askedCalls.push(call);
let given = ""; // the question of a suggestion that is being asked

// The same for a question that is being asked now.
export function askingState() {
  askedAt = Date.now();
  asked += 1;
  const question = given || typed();
  given = "";
  if (question.trim()) for (const call of askedCalls) call(question);
  return clientState();
}

// Work on another conversation: the next client state brings its exchanges.
export function turnTo(id, records) {
  Object.assign(state, { id, records });
  setReplace("");
}

export function keptUnder(id) {
  state.id = id;
}

const busy = () => Boolean(find("conversation", ".answer:is([aria-busy=true], [data-later])"));
// The answer stands, and only what nobody waits for is to come: questions nearby, or translations.
const later = () => Boolean(find("conversation", ".answer[data-later]"));
export const asking = () => busy() || Date.now() - askedAt < STARTING;

// `how`: {as_typed} asks word for word, without the questions before it and without mending; {searched} has these words
// searched for.
export function ask(question, replace = "", how = {}) {
  if (later()) {
    insteadOfWaiting(() => ask(question, replace, how));
    return;
  }
  if (asking()) return;
  setReplace(replace);
  given = question;
  send("submit", { question, ...how });
}

// Nobody waits for questions nearby or translations to ask another question: they are stopped, then `call` asks. Gradio
// drops an event while the same one is still ending, so it is called until the question has gone.
function insteadOfWaiting(call) {
  document.getElementById("stop").click();
  const before = asked;
  let tries = AGAIN;
  const again = () => {
    if (asked !== before || (tries -= 1) < 0) return;
    if (!busy()) call();
    setTimeout(again, 4 * PAUSE);
  };
  again();
}

onChange("conversation", () => {
  askedAt = 0;
  document.body.classList.toggle("asking", busy() && !later());
});
onMessage("exchange", ({ id }) => {
  askedAt = 0;
  if (id !== state.replace) setReplace(""); // translations of the answer whose question is being edited
});
onMessage("send-records", (asked) => {
  askedAt = 0;
  state.records = (load(state.id)?.exchanges ?? []).map((e) => e.record);
  sendAgain(asked, AGAIN);
});

// Gradio drops an event while the same one is still ending, so it is sent until its records have been taken.
function sendAgain(data, tries) {
  if (state.records === null || tries === 0) return;
  given = data.question;
  send("submit", data);
  setTimeout(() => sendAgain(data, tries - 1), PAUSE);
}

onClick("[data-ask]", (button) => ask(button.dataset.ask));
onClick("[data-again]", ({ dataset }) => {
  ask(questionOf(dataset.again), dataset.again, { as_typed: "wordForWord" in dataset, searched: dataset.searched });
});
onClick("[data-as-typed]", ({ dataset }) => askOtherwise(dataset.asTyped, { as_typed: true }));

// Ask a question of the page once more. An earlier answer stays, and this one comes below; the last one makes room.
export function askOtherwise(turn, how) {
  const last = all("conversation", "article.turn").at(-1)?.id;
  ask(questionOf(turn), turn === last ? turn : "", how);
}

onClick("[data-edit]", ({ dataset }) => {
  setReplace(dataset.edit);
  write(questionOf(dataset.edit));
});
onClick("[data-edit-cancel]", cancelEdit);

const questionOf = (turn) => find("conversation", `[data-question="${turn}"]`)?.textContent ?? "";
const box = () => document.querySelector("#question textarea");
export const focusQuestion = () => box()?.focus();

// Whether `element` is the question box, with nothing in it and no answer on its way.
export const emptyBox = (element) => element === box() && !element.value && (later() || !asking()) && !state.replace;
export const typeOn = (words) => write(words);
export const typed = () => box()?.value ?? "";

// Put back what stood in the box before a reload, unless something has been typed since.
export function restoreBox(words) {
  if (words && !typed()) write(words);
}

function write(words) {
  const field = box();
  if (!field) return;
  field.value = words;
  field.dispatchEvent(new Event("input", { bubbles: true })); // so that Gradio knows
  field.focus();
  field.setSelectionRange(words.length, words.length);
}

export function cancelEdit() {
  if (!state.replace || asking()) return false;
  setReplace("");
  write("");
  return true;
}

function setReplace(turn) {
  state.replace = turn;
  const line = find("composer-status", "[data-editing]");
  if (line) line.hidden = !turn;
}

// A second Enter while an answer is being made asks nothing and takes nothing out of the box.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Enter" || event.shiftKey || !event.target.closest?.("#question") || !asking()) return;
    hold(event);
  },
  { capture: true },
);
document.addEventListener(
  "click",
  (event) => {
    if (event.target.closest?.("#ask") && later()) hold(event);
  },
  { capture: true },
);

function hold(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
  if (later() && typed().trim()) insteadOfWaiting(() => document.getElementById("ask").click());
}

// ---- the chosen sources, as chips with the names that the sources panel has ----

export function choose(id, on) {
  if (on) chosen.add(id);
  else chosen.delete(id);
  showChosen();
}

// Drop what is not in the index any more; `there`: the ids of all sources, none if they are not known.
export function keepChosen(there) {
  if (there.length) for (const id of chosen) if (!there.includes(id)) chosen.delete(id);
  showChosen();
}

function showChosen() {
  for (const tick of all("sources", "[data-choose]")) tick.checked = chosen.has(tick.dataset.choose);
  const chips = find("composer-status", "[data-chips]");
  if (!chips) return;
  chips.hidden = chosen.size === 0;
  const { dataset: forms } = chips.querySelector(".chips-words");
  const form = forms[new Intl.PluralRules(language()).select(chosen.size)] ?? forms.many;
  chips.querySelector(".chips-words").textContent = form.replace("{count}", String(chosen.size));
  const model = chips.querySelector("[data-chip]");
  for (const chip of chips.querySelectorAll(".chip:not([data-chip])")) chip.remove();
  for (const id of chosen) chips.insertBefore(chipFor(model, id), chips.lastElementChild);
}

function chipFor(model, id) {
  const name = find("sources", `[data-choose="${CSS.escape(id)}"]`)?.dataset.name ?? id;
  const chip = model.cloneNode(true);
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
  focusQuestion();
});
onClick("[data-choose-all]", (button) => {
  chosen.clear();
  showChosen();
  announce(button.textContent);
});
onChange("composer-status", () => {
  setReplace(state.replace);
  showChosen();
});
