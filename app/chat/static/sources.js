// The sources panel: ticks for the next question, finding a source, and whether the index has been rebuilt.

import { all, find, onChange, onClick, onMessage, send } from "./page.js";
import { choose, keepChosen } from "./composer.js";
import { health } from "./connection.js";

const EVERY = 20_000; // ms between two looks at the server

const NOWHERE = 4;

// Where a source has a word: 0 its publisher, by a word's beginning or its initials ('AP'); 1 its title, by a word's
// beginning; 2 what else is said of it, so; 3 inside any word; NOWHERE.
function rank(entry, word) {
  const publisher = entry.querySelector(".publisher").textContent;
  const initials = wordsOf(publisher).filter(isCapital).map((w) => w[0]).join("").toLowerCase();
  const title = entry.querySelector("label [dir]").textContent;
  const about = entry.querySelector(".source-about").textContent;
  if (begins(publisher, word) || initials === word) return 0;
  if (begins(title, word)) return 1;
  if (begins(about, word)) return 2;
  return [publisher, title, about].some((text) => text.toLowerCase().includes(word)) ? 3 : NOWHERE;
}

const wordsOf = (text) => text.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
const isCapital = (word) => word[0] !== word[0].toLowerCase();
const begins = (text, word) =>
  text.toLowerCase().startsWith(word) || wordsOf(text.toLowerCase()).some((w) => w.startsWith(word));

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
  for (const [place, entry] of entries.entries()) {
    entry.dataset.place ??= String(place); // in the corpus' own order
    const worst = Math.max(0, ...words.map((word) => rank(entry, word)));
    entry.hidden = worst === NOWHERE;
    entry.dataset.rank = String(worst);
  }
  const order = (e) => Number(e.dataset.rank) * entries.length + Number(e.dataset.place);
  const sorted = [...entries].sort((a, b) => order(a) - order(b));
  if (sorted.some((entry, n) => entry !== entries[n])) sorted[0].parentElement.append(...sorted);
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
