// The conversations of this browser: the list in the drawer, and going from one to another.

import { all, find, language, onChange, onClick, onLetter, send } from "./page.js";
import { closeDrawer } from "./drawers.js";
import * as composer from "./composer.js";
import * as store from "./store.js";

const HERE = "footnote/here"; // in sessionStorage: what this tab shows, for a reload

export function remembered() {
  try {
    return sessionStorage.getItem(HERE) ?? "";
  } catch {
    return "";
  }
}

function remember(name) {
  try {
    sessionStorage.setItem(HERE, name);
  } catch {
    // A reload will begin a new conversation: the browser keeps nothing for this page.
  }
}

// Show a conversation: one that is kept, or a new one. `records`: its exchanges, for the server to prove.
export function prepare(name) {
  const records = (name && store.load(name)?.exchanges.map((e) => e.record)) || [];
  const own = records.length ? name : store.newName();
  composer.turnTo(own, records);
  remember(own);
}

export function turnTo(name) {
  prepare(name);
  send("restore", {});
}

onClick("[data-new]", () => {
  closeDrawer(false);
  turnTo("");
  composer.box()?.focus();
});
onClick("[data-talk]", (button) => {
  const row = button.closest("li");
  if (row.dataset.readable === "false") return;
  closeDrawer(false);
  turnTo(row.dataset.name);
  composer.box()?.focus();
});

onLetter("kept", ({ talk, id, turns, record }) => {
  if (talk !== composer.talk()) return;
  const own = store.keep(talk, turns, id, record);
  if (own !== talk) composer.keptUnder(own);
  remember(own);
  showList();
});
onLetter("judged", ({ turn, verdict }) => {
  if (verdict) store.judge(composer.talk(), turn, verdict);
});
onLetter("arrived", showList);
onChange("talks", showList);
window.addEventListener("storage", showList);

function showList() {
  const list = find("talks", "[data-talks]");
  const model = list?.querySelector("[data-talk-row]");
  if (!model) return;
  for (const row of list.querySelectorAll("li:not([data-talk-row])")) row.remove();
  const talks = store.list();
  for (const talk of talks) list.append(rowFor(model, talk, list.dataset));
  if (!talks.length) list.append(Object.assign(document.createElement("li"), { textContent: list.dataset.none }));
  const here = talks.some((talk) => talk.name === composer.talk());
  for (const button of all("talks", "[data-save], [data-clear]")) button.disabled = !here;
  const warning = find("above", "[data-storage-full]");
  if (warning) warning.textContent = store.isFull() ? warning.dataset.words : "";
}

function rowFor(model, talk, words) {
  const row = model.cloneNode(true);
  row.removeAttribute("data-talk-row");
  row.hidden = false;
  Object.assign(row.dataset, { name: talk.name, readable: String(talk.readable) });
  const title = talk.readable ? talk.title || words.untitled : words.unreadable;
  row.querySelector(".talk-title").textContent = title;
  row.querySelector(".talk-when").textContent = when(talk.updated);
  const open = row.querySelector("[data-talk]");
  open.disabled = !talk.readable;
  if (talk.name === composer.talk()) open.setAttribute("aria-current", "true");
  row.querySelector("[data-talk-rename]").hidden = !talk.readable;
  for (const door of row.querySelectorAll(".talk-doors button")) {
    door.setAttribute("aria-label", `${door.textContent}: ${title}`);
  }
  return row;
}

function when(time) {
  const date = new Date(time);
  if (!time || Number.isNaN(date.getTime())) return "";
  return new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short" }).format(date);
}

onClick("[data-talk-rename]", (button) => {
  const row = button.closest("li");
  const field = row.querySelector(".talk-name");
  field.value = row.querySelector(".talk-title").textContent;
  row.querySelector("[data-talk]").hidden = true;
  field.hidden = false;
  field.focus();
  field.select();
  const done = (keep) => {
    field.onblur = null;
    if (keep && field.value.trim()) store.rename(row.dataset.name, field.value.trim());
    showList();
    const again = find("talks", `li[data-name="${CSS.escape(row.dataset.name)}"] [data-talk-rename]`);
    again?.focus();
  };
  field.onblur = () => done(true);
  field.onkeydown = (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    done(event.key === "Enter");
  };
});

// A first click asks whether it is meant; leaving the button takes the question back.
function sure(button) {
  if (button.classList.contains("sure")) return true;
  const words = button.textContent;
  const name = button.getAttribute("aria-label");
  button.classList.add("sure");
  button.textContent = button.dataset.sure;
  button.removeAttribute("aria-label");
  button.onblur = () => {
    button.onblur = null;
    button.classList.remove("sure");
    button.textContent = words;
    if (name) button.setAttribute("aria-label", name);
  };
  return false;
}

function drop(name) {
  store.remove(name);
  if (name === composer.talk()) turnTo("");
  showList();
  find("talks", "#talks-head")?.focus();
}

onClick("[data-talk-delete]", (button) => sure(button) && drop(button.closest("li").dataset.name));
onClick("[data-clear]", (button) => sure(button) && drop(composer.talk()));
