// Below an answer: copying it with its references, a link to it, a judgement with a reason; and saving a
// conversation as a file.

import { all, find, onChange, onClick, onLetter, say, send } from "./page.js";
import { peek } from "./store.js";
import { talk } from "./composer.js";

const SHOWN = 2500; // ms that 'Copied' stands on a button

async function copy(button, words) {
  let done = true;
  try {
    await navigator.clipboard.writeText(words);
  } catch {
    done = copyBySelection(words); // an address that is not this machine's own has no clipboard without TLS
  }
  tell(button, done ? button.dataset.done : button.dataset.failed);
}

function copyBySelection(words) {
  const field = Object.assign(document.createElement("textarea"), { value: words });
  field.style.position = "fixed";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

function tell(button, words) {
  const label = button.lastChild;
  button.dataset.words ??= label.textContent;
  label.textContent = words;
  button.classList.add("done");
  say(words);
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
  copy(button, find("conversation", `[data-markdown="${button.dataset.copy}"]`)?.textContent ?? "");
});
onClick("[data-link]", (button) => {
  copy(button, address(`?${new URLSearchParams({ q: button.dataset.alone })}`));
});
onClick("[data-copy-place]", (button) => copy(button, address(button.dataset.copyPlace)));

// ---- judgements ----

const formOf = (turn) => find("conversation", `form[data-reason="${turn}"]`);
const judges = (turn) => all("conversation", `[data-judge][data-turn="${turn}"]`);

onClick("[data-judge]", (button) => {
  const form = formOf(button.dataset.turn);
  const closing = !form.hidden && form.dataset.verdict === button.dataset.judge;
  form.hidden = closing;
  form.dataset.verdict = button.dataset.judge;
  for (const other of judges(button.dataset.turn)) {
    other.setAttribute("aria-expanded", String(!closing && other === button));
  }
  if (!closing) form.querySelector("textarea").focus();
});
onClick("[data-reason-cancel]", (button) => closeForm(button.dataset.reasonCancel, true));
onClick("[data-reason] [type=submit]", (button) => {
  const form = button.closest("form");
  const { reason: turn, verdict } = form.dataset;
  send("judge", { turn, verdict, reason: form.querySelector("textarea").value.trim() });
});
onLetter("judged", ({ turn, verdict, problem }) => {
  const line = find("conversation", `[data-judged="${turn}"]`);
  if (line) line.textContent = problem || line.dataset.words;
  if (problem) return;
  closeForm(turn, true);
  press(turn, verdict);
});

function closeForm(turn, refocus) {
  const form = formOf(turn);
  if (!form) return;
  form.hidden = true;
  for (const button of judges(turn)) {
    button.setAttribute("aria-expanded", "false");
    if (refocus && button.dataset.judge === form.dataset.verdict) button.focus();
  }
}

function press(turn, verdict) {
  for (const button of judges(turn)) {
    button.setAttribute("aria-pressed", String(button.dataset.judge === verdict));
  }
}

function showJudged() {
  for (const { id, judged } of peek(talk())?.exchanges ?? []) if (judged) press(CSS.escape(String(id)), judged);
}
onChange("conversation", showJudged);
onLetter("kept", showJudged);

// ---- files ----

onClick("[data-save]", (button) => {
  send("save", { kind: button.dataset.save, title: peek(talk())?.title ?? "" });
});
onLetter("file", ({ name, type, content, problem }) => {
  const line = find("talks", ".save-failed");
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
