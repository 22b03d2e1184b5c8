// The sources drawer: ticks for the next question, finding a source, and whether the index has been rebuilt.

import { all, find, onChange, onClick, onLetter, send } from "./page.js";
import { choose, chosen, showChosen } from "./composer.js";

const EVERY = 20_000; // ms between two looks at the server

const generation = () => find("shelf", "[data-generation]")?.dataset.generation ?? "";

onChange("shelf", () => {
  const there = new Set(all("shelf", "[data-choose]").map((tick) => tick.dataset.choose));
  if (there.size) for (const id of chosen()) if (!there.has(id)) chosen().delete(id);
  showChosen();
  narrow();
});

document.addEventListener("change", (event) => {
  const tick = event.target.closest?.("[data-choose]");
  if (tick) choose(tick.dataset.choose, tick.checked);
});
document.addEventListener("input", (event) => {
  if (event.target.closest?.("[data-shelf-find]")) narrow();
});

function narrow() {
  const words = (find("shelf", "[data-shelf-find]")?.value ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const entry of all("shelf", "[data-shelf]")) {
    const text = entry.textContent.toLowerCase();
    entry.hidden = !words.every((word) => text.includes(word));
    shown += entry.hidden ? 0 : 1;
  }
  const none = find("shelf", ".shelf-none");
  if (none) none.textContent = shown || !words.length ? "" : none.dataset.words;
}

function look() {
  send("look", { generation: generation() });
}

onLetter("kept", ({ generation: answered }) => {
  if (answered && answered !== generation()) look();
});

async function poll() {
  if (document.hidden) return;
  try {
    const answer = await fetch(new URL("/health", document.baseURI));
    const health = await answer.json();
    if (health.generation && health.generation !== generation()) look();
  } catch {
    // The server is away; Gradio says so itself when something is asked.
  }
}
setInterval(poll, EVERY);
document.addEventListener("visibilitychange", poll);

onClick("[data-dismiss]", (button) => button.closest(".notice").remove());
