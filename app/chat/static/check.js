// Checking a statement: from the button beside the question box, with what is typed there, if anything is. A sentence
// opens its place over the result, and 'Back' returns to it.

import { find, onChange, onClick, send } from "./page.js";
import { opening, showOverlay } from "./overlays.js";
import { closePanel } from "./panels.js";
import { typed } from "./composer.js";

function check(claim, opener) {
  closePanel(false);
  send("check", { claim, opened: opening("checking", opener) });
}

onClick("[data-check-open]", (button) => check(typed().trim(), button));

function submit(form) {
  const claim = form.querySelector("textarea").value.trim();
  const button = form.querySelector("button");
  if (!claim || button.disabled) return;
  button.disabled = true;
  form.setAttribute("aria-busy", "true");
  check(claim, null);
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest?.("form[data-check]");
  if (!form) return;
  event.preventDefault();
  submit(form);
});

document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form[data-check]");
  if (!form || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit(form);
});

onChange("checked", () => {
  const shown = showOverlay("checking", "checked", "#check-head");
  const box = find("checked", "textarea");
  if (shown && box && !box.value) box.focus();
});
