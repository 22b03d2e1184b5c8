// The sources panel: ticks for the next question, finding a source, and whether the index has been rebuilt.

import { all, find, onChange, onClick, onMessage, send } from "./page.js";
import { choose, keepChosen } from "./composer.js";
import { health } from "./connection.js";

const EVERY = 20_000; // ms between two looks at the server

const generation = () => find("sources", "[data-generation]")?.dataset.generation ?? "";

onChange("sources", () => {
  keepChosen(all("sources", "[data-choose]").map((tick) => tick.dataset.choose));
  filter();
});

document.addEventListener("change", (event) => {
  const tick = event.target.closest?.("[data-choose]");
  if (tick) choose(tick.dataset.choose, tick.checked);
});
document.addEventListener("input", (event) => {
  if (event.target.closest?.("[data-find]")) filter();
});

function filter() {
  const words = (find("sources", "[data-find]")?.value ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const entries = all("sources", "[data-source]");
  for (const entry of entries) {
    const text = entry.textContent.toLowerCase();
    entry.hidden = !words.every((word) => text.includes(word));
  }
  const none = find("sources", ".sources-none");
  if (none) none.textContent = words.length && entries.every((e) => e.hidden) ? none.dataset.words : "";
}

function check(served) {
  if (served && served !== generation()) send("check_index", { generation: generation() });
}

onMessage("exchange", (answered) => check(answered.generation));

async function poll() {
  if (document.hidden) return;
  check((await health())?.generation);
}
setInterval(poll, EVERY);
document.addEventListener("visibilitychange", poll);

onClick("[data-dismiss]", (button) => button.closest(".notice").remove());
