// The conversations of this browser: the list in their panel, and going from one to another.

import { all, find, onChange, onClick, onMessage, send, sure } from "./page.js";
import { closePanel } from "./panels.js";
import * as composer from "./composer.js";
import * as store from "./store.js";

const HERE = "footnote/here"; // in sessionStorage: what this tab shows, for a reload

export const remembered = () => store.readItem("sessionStorage", HERE) ?? "";
const remember = (id) => store.writeItem("sessionStorage", HERE, id);

// Turn to a conversation that is kept, or to a new one; the server gets its exchanges to prove.
export function prepare(id) {
  const records = (id && store.load(id)?.exchanges.map((e) => e.record)) || [];
  const own = records.length ? id : store.newId();
  composer.turnTo(own, records);
  remember(own);
}

function show(id) {
  closePanel(false);
  prepare(id);
  send("restore", {});
}

onClick("[data-new]", () => {
  show("");
  composer.focusQuestion();
});
onClick("[data-conversation]:enabled", (button) => {
  show(button.closest("li").dataset.id);
  composer.focusQuestion();
});

onMessage("exchange", ({ conversation_id: id, id: turn, turns, record }) => {
  if (id !== composer.conversationId()) return;
  const own = store.keep(id, turns, { id: turn, record });
  composer.keptUnder(own);
  remember(own);
  showList();
});
onMessage("feedback", ({ turn, verdict }) => {
  if (verdict) store.setVerdict(composer.conversationId(), turn, verdict);
});
onMessage("ready", showList);
onChange("conversations", showList);
window.addEventListener("storage", showList);

function showList() {
  const list = find("conversations", ".conversation-list");
  const model = list?.querySelector("[data-row]");
  if (!model) return;
  for (const row of list.querySelectorAll("li:not([data-row])")) row.remove();
  const kept = store.list();
  for (const conversation of kept) list.append(rowFor(model, conversation, list.dataset));
  if (!kept.length) list.append(Object.assign(document.createElement("li"), { textContent: list.dataset.none }));
  const here = kept.some(({ id }) => id === composer.conversationId());
  for (const button of all("conversations", "[data-save], [data-clear]")) button.disabled = !here;
  const warning = find("composer-status", "[data-storage-full]");
  if (warning) warning.textContent = store.isFull() ? warning.dataset.words : "";
}

function rowFor(model, { id, title, updated, readable }, words) {
  const row = model.cloneNode(true);
  row.removeAttribute("data-row");
  row.hidden = false;
  row.dataset.id = id;
  const shown = readable ? title || words.untitled : words.unreadable;
  row.querySelector(".conversation-title").textContent = shown;
  row.querySelector(".conversation-time").textContent = when(updated, words.months.split("|"));
  const open = row.querySelector("[data-conversation]");
  open.disabled = !readable;
  if (id === composer.conversationId()) open.setAttribute("aria-current", "true");
  row.querySelector("[data-rename]").hidden = !readable;
  for (const button of row.querySelectorAll(".conversation-buttons button")) {
    button.setAttribute("aria-label", `${button.textContent}: ${shown}`);
  }
  return row;
}

// As the server writes dates: 26 Nov 2026, 17:43.
function when(time, months) {
  const date = new Date(time);
  if (!time || Number.isNaN(date.getTime())) return "";
  const clock = [date.getHours(), date.getMinutes()].map((n) => String(n).padStart(2, "0")).join(":");
  return `${date.getDate()} ${months[date.getMonth()]} ${date.getFullYear()}, ${clock}`;
}

onClick("[data-rename]", (button) => {
  const row = button.closest("li");
  const { id } = row.dataset;
  const field = row.querySelector(".conversation-name");
  field.value = row.querySelector(".conversation-title").textContent;
  row.querySelector("[data-conversation]").hidden = true;
  field.hidden = false;
  field.focus();
  field.select();
  const done = (keep) => {
    field.onblur = null;
    if (keep && field.value.trim()) store.rename(id, field.value.trim());
    showList();
    find("conversations", `li[data-id="${CSS.escape(id)}"] [data-rename]`)?.focus();
  };
  field.onblur = () => done(true);
  field.onkeydown = (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    done(event.key === "Enter");
  };
});

function drop(id) {
  store.remove(id);
  if (id === composer.conversationId()) {
    prepare("");
    send("restore", {});
  }
  showList();
  find("conversations", "#conversations-head")?.focus();
}

onClick("[data-delete]", (button) => sure(button) && drop(button.closest("li").dataset.id));
onClick("[data-clear]", (button) => sure(button) && drop(composer.conversationId()));
