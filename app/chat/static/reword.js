// The words that were searched for, where they are others than the question's: they can be edited, and asked with.

import { find, onChange, onClick } from "./page.js";
import { askOtherwise } from "./composer.js";

let open = null; // {turn, words}: the form that is open, which outlives a new value of the conversation

const formOf = (turn) => find("conversation", `form[data-reworded="${turn}"]`);
const wayTo = (turn) => find("conversation", `[data-reword="${turn}"]`);

function show(turn, shown) {
  const form = formOf(turn);
  if (!form) return null;
  form.hidden = !shown;
  wayTo(turn)?.setAttribute("aria-expanded", String(shown));
  return form.querySelector("textarea");
}

function close(turn) {
  open = null;
  show(turn, false);
  wayTo(turn)?.focus();
}

onClick("[data-reword]", ({ dataset: { reword: turn } }) => {
  if (open?.turn === turn) {
    close(turn);
    return;
  }
  if (open) show(open.turn, false);
  const box = show(turn, true);
  open = { turn, words: box.value };
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
});
onClick("[data-reword-cancel]", ({ dataset }) => close(dataset.rewordCancel));
onClick("[data-reworded] [type=submit]", (button) => submit(button.closest("form")));

function submit(form) {
  const words = form.querySelector("textarea").value.trim();
  if (!words) return;
  open = null;
  askOtherwise(form.dataset.reworded, { searched: words });
}

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-reworded]");
  if (form && open) open.words = event.target.value;
});
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form[data-reworded]");
  if (!form || event.isComposing) return;
  if (event.key === "Enter" && !event.shiftKey && event.target.matches("textarea")) submit(form);
  else if (event.key === "Escape") close(form.dataset.reworded);
  else return;
  event.preventDefault();
  event.stopPropagation();
}, { capture: true });
onChange("conversation", () => {
  if (!open) return;
  const box = show(open.turn, true);
  if (!box) {
    open = null;
    return;
  }
  box.value = open.words;
  box.focus();
});
