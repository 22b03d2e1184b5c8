// Adding and removing sources, in their panel. What is typed there stays while the list around it is made anew. A
// change runs on the server; the page asks how far it is, and meanwhile the chat goes on.

import { all, announce, find, language, onChange, onClick, onMessage, send, sure } from "./page.js";
import { drop, get, post, upload } from "./requests.js";

const AGAIN = 400; // ms between two looks at a change

const root = Object.assign(document.createElement("div"), { className: "adding" });
let shownIn = ""; // the language in which the server has made it; '' if it lets this browser add nothing
let opening = null; // a promise, while it is asked for
let watched = "";
let focused = null;

const part = (selector) => root.querySelector(selector);
const status = () => part("[data-adding-status]");
const away = () => status()?.dataset.away ?? "";
const drafts = () => [...root.querySelectorAll("[data-draft]")];

// ---- the place in the panel ----

async function show() {
  if (shownIn === language()) return;
  opening ??= get("", "").finally(() => (opening = null));
  const { html, change } = await opening;
  document.body.classList.toggle("may-add", Boolean(html));
  if (!html || shownIn === language()) return;
  const waiting = drafts();
  root.innerHTML = html;
  part("[data-drafts]").append(...waiting);
  shownIn = language();
  settle();
  if (change) watch(change);
}

function place() {
  const there = find("sources", "[data-adding-place]");
  if (!there || there.contains(root)) return;
  there.append(root);
  if (focused && document.activeElement === document.body) focused.focus({ preventScroll: true });
}

root.addEventListener("focusin", ({ target }) => (focused = target));
document.addEventListener("pointerdown", ({ target }) => {
  if (!root.contains(target)) focused = null;
});
onChange("sources", place);
onChange("header", () => shownIn && show());
onMessage("ready", show);

onClick("[data-adding]", (button) => open(button.getAttribute("aria-expanded") !== "true"));

function open(isOpen) {
  part("#adding-ways").hidden = !isOpen;
  part("[data-adding]").setAttribute("aria-expanded", String(isOpen));
}

// ---- what is said ----

function say(words, { bad = false, share } = {}) {
  const line = status();
  line.textContent = words;
  line.classList.toggle("bad", bad);
  if (bad) line.parentElement.scrollIntoView({ block: "nearest" });
  const bar = part("[data-adding-progress]");
  bar.hidden = share === undefined;
  if (share === null) bar.removeAttribute("value");
  else if (share !== undefined) bar.value = share;
}

const fill = (name, file) => status().dataset[name].replace("{name}", file);

// ---- the ways in: one after the other, so that each is said ----

let queue = Promise.resolve();
const inTurn = (work) => (queue = queue.then(work));

function take({ draft, html, problem }) {
  if (problem) {
    say(problem, { bad: true });
    return false;
  }
  say("");
  const holder = document.createElement("div");
  holder.innerHTML = html;
  const card = holder.firstElementChild;
  part("[data-drafts]").append(card);
  settle();
  card.querySelector("h3").focus({ preventScroll: true });
  card.querySelector("h3").scrollIntoView({ block: "start" });
  announce(card.querySelector("h3").textContent);
  return Boolean(draft);
}

async function takeFiles(files) {
  const problems = [];
  for (const file of files) {
    const largest = Number(part("[data-files]").dataset.largest);
    if (file.size > largest) {
      problems.push(fill("large", file.name));
      continue;
    }
    say(fill("uploading", file.name), { share: 0 });
    const sent = (share) => say(fill(share < 1 ? "uploading" : "reading", file.name), { share: share < 1 ? share : null });
    const read = await upload("/file", file, sent, away());
    if (!take(read)) problems.push(read.problem);
  }
  if (problems.length) say(problems.join("\n"), { bad: true });
}

const dropped = (files) => {
  if (!files.length || !shownIn) return;
  const list = [...files];
  inTurn(() => takeFiles(list));
};

root.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-files]")) return;
  dropped(target.files);
  target.value = ""; // so that the same file can be chosen again
});

root.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  if (form.matches("[data-draft]")) add([form]);
  else inTurn(() => takeTyped(form));
});

async function takeTyped(form) {
  const { way } = form.dataset;
  const field = form.querySelector("[name]");
  const button = form.querySelector("[type=submit]");
  const value = way === "page" ? { url: field.value } : { text: field.value };
  button.disabled = true;
  say(way === "page" ? fill("fetching", field.value) : fill("reading", ""), { share: null });
  if (take(await post(`/${way}`, value, away()))) form.reset();
  button.disabled = false;
}

// ---- files dropped on the panel ----

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
const overPanel = (event) => Boolean(event.target.closest?.("#sources")) && Boolean(shownIn);
document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault(); // beside the panel a file must not take the place of the page
  event.dataTransfer.dropEffect = overPanel(event) ? "copy" : "none";
  root.classList.toggle("dropping", overPanel(event));
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) root.classList.remove("dropping");
});
document.addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  root.classList.remove("dropping");
  if (!overPanel(event)) return;
  open(true);
  dropped(event.dataTransfer.files);
});

// ---- drafts ----

function settle() {
  part("[data-add-all-line]").hidden = drafts().length < 2;
}

const factsOf = (form) => Object.fromEntries(new FormData(form));

async function add(forms) {
  const wanted = forms.map((form) => ({ draft: form.dataset.draft, facts: factsOf(form) }));
  await change("/add", { drafts: wanted }, forms);
}

onClick("[data-add-all]", () => add(drafts()));
onClick("[data-discard]", (button) => {
  const form = button.closest("[data-draft]");
  const after = form.nextElementSibling ?? form.previousElementSibling;
  drop(`/drafts/${form.dataset.draft}`);
  form.remove();
  settle();
  (after?.querySelector("h3") ?? part("[data-adding]")).focus();
});
window.addEventListener("pagehide", (event) => {
  if (!event.persisted) for (const form of drafts()) drop(`/drafts/${form.dataset.draft}`);
});

// ---- changes ----

onClick("[data-remove-source]", async (button) => {
  if (!sure(button)) return;
  button.disabled = true;
  await change("/remove", { source: button.dataset.removeSource }, []);
  if (button.isConnected) button.disabled = false;
});

async function change(path, body, forms) {
  hold(forms, true);
  say("", { share: null });
  const { change: begun, problem } = await post(path, body, away());
  const end = problem ? { state: "failed", words: problem } : await watch(begun);
  hold(forms, false);
  if (end.state === "done") for (const form of forms) form.remove();
  settle();
  if (end.state === "done") part("[data-adding]").focus(); // what had the focus is gone
}

function hold(forms, isHeld) {
  for (const form of forms) {
    form.toggleAttribute("aria-busy", isHeld);
    for (const control of form.elements) control.disabled = isHeld;
  }
}

// Ask how far a change is until it has ended, and say so. A change that another page began is watched, too.
async function watch(id) {
  watched = id;
  for (;;) {
    const { state, words, share, problem, status: code } = await get(`/changes/${id}`, away());
    if (problem && code) return ended({ state: "failed", words: problem });
    if (state === "done" || state === "failed") return ended({ state, words });
    if (watched === id) say(problem ?? words, { bad: Boolean(problem), share: share ?? null });
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }
}

function ended(end) {
  say(end.words, { bad: end.state === "failed" });
  if (!root.offsetParent) announce(end.words); // the panel is closed, and its status with it
  const generation = find("sources", "[data-generation]")?.dataset.generation ?? "";
  if (end.state === "done") send("check_index", { generation });
  return end;
}
