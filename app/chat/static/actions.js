// Below an answer: copying it with its references, a link to it, feedback with a reason; and saving a
// conversation as a file.

import { all, announce, find, motion, onChange, onClick, onMessage, send } from "./page.js";
import { peek } from "./store.js";
import { conversationId } from "./composer.js";

const SHOWN = 2500; // ms that 'Copied' stands on a button

// Copy `words`, and `rich` (HTML) for programs that take it.
async function copy(button, words, rich = "") {
  const kinds = { "text/plain": words, ...(rich && { "text/html": rich }) };
  let done = true;
  try {
    const blobs = Object.entries(kinds).map(([type, text]) => [type, new Blob([text], { type })]);
    await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
  } catch {
    done = copyByEvent(kinds); // an address that is not this machine's own has no clipboard without TLS
  }
  tell(button, done ? button.dataset.done : button.dataset.failed);
}

function copyByEvent(kinds) {
  const field = Object.assign(document.createElement("textarea"), { value: kinds["text/plain"] });
  const give = (event) => {
    for (const [type, text] of Object.entries(kinds)) event.clipboardData.setData(type, text);
    event.preventDefault();
  };
  field.style.position = "fixed";
  document.body.append(field);
  field.select();
  document.addEventListener("copy", give);
  const done = document.execCommand("copy");
  document.removeEventListener("copy", give);
  field.remove();
  return done;
}

function tell(button, words) {
  const label = button.lastChild;
  button.dataset.words ??= label.textContent;
  label.textContent = words;
  button.classList.add("done");
  announce(words);
  setTimeout(() => {
    button.classList.remove("done");
    if (label.isConnected) label.textContent = button.dataset.words;
    delete button.dataset.words;
  }, SHOWN);
}

function address(query) {
  const url = new URL(location.href);
  url.hash = "";
  url.search = query;
  return url.href;
}

onClick("[data-copy]", (button) => {
  const { copy: turn } = button.dataset;
  const rich = find("conversation", `template[data-rich="${turn}"]`)?.innerHTML;
  copy(button, find("conversation", `[data-markdown="${turn}"]`)?.textContent ?? "", rich);
});
onClick("[data-copy-as]", (button) => {
  const { turn, copyAs } = button.dataset;
  copy(button, find("conversation", `[data-cited="${turn}-${copyAs}"]`)?.textContent ?? "");
});
document.addEventListener("click", (event) => {
  for (const menu of all("conversation", ".copy-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
onClick("[data-link]", (button) => {
  const { alone, wordForWord } = button.dataset;
  const typed = wordForWord === undefined ? {} : { as_typed: "1" };
  copy(button, address(`?${new URLSearchParams({ q: alone, ...typed })}`));
});
onClick("[data-copy-place]", (button) => copy(button, address(button.dataset.copyPlace)));

// ---- feedback ----

const formOf = (turn) => find("conversation", `form[data-feedback="${turn}"]`);
const thumbsOf = (turn) => all("conversation", `[data-verdict][data-turn="${turn}"]`);

onClick("button[data-verdict]", (button) => {
  const { turn, verdict } = button.dataset;
  const form = formOf(turn);
  if (!form.hidden && form.dataset.verdict === verdict) {
    closeForm(turn);
    return;
  }
  form.hidden = false;
  form.dataset.verdict = verdict;
  for (const thumb of thumbsOf(turn)) thumb.setAttribute("aria-expanded", String(thumb === button));
  form.querySelector("textarea").focus({ preventScroll: true });
  form.scrollIntoView({ block: "nearest", behavior: motion() });
});
onClick("[data-feedback-cancel]", (button) => closeForm(button.dataset.feedbackCancel));
onClick("[data-feedback] [type=submit]", (button) => {
  const form = button.closest("form");
  const { feedback: turn, verdict } = form.dataset;
  send("feedback", { turn, verdict, reason: form.querySelector("textarea").value.trim() });
});
onMessage("feedback", ({ turn, verdict, problem }) => {
  const line = find("conversation", `[data-feedback-saved="${turn}"]`);
  if (line) line.textContent = problem || line.dataset.words;
  if (problem) return;
  closeForm(turn);
  press(turn, verdict);
});

// Close the form and go back to the thumb that opened it.
function closeForm(turn) {
  const form = formOf(turn);
  if (!form) return;
  form.hidden = true;
  for (const thumb of thumbsOf(turn)) {
    thumb.setAttribute("aria-expanded", "false");
    if (thumb.dataset.verdict === form.dataset.verdict) thumb.focus();
  }
}

function press(turn, verdict) {
  for (const thumb of thumbsOf(turn)) {
    thumb.setAttribute("aria-pressed", String(thumb.dataset.verdict === verdict));
  }
}

function showVerdicts() {
  for (const { id, verdict } of peek(conversationId())?.exchanges ?? []) {
    if (verdict) press(CSS.escape(String(id)), verdict);
  }
}
onChange("conversation", showVerdicts);
onMessage("exchange", showVerdicts);

// ---- files ----

onClick("[data-save]", (button) => {
  send("save", { kind: button.dataset.save, title: peek(conversationId())?.title ?? "" });
});
onMessage("file", ({ name, type, content, problem }) => {
  const line = find("conversations", ".save-failed");
  if (line) line.textContent = problem ?? "";
  if (problem) return;
  const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0));
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
});
