// The way to the server, in the page's own words: it is away, it is back, a question got no answer. What is typed
// outlives a reload, Gradio's own among them, which comes once a lost server is there again.

import { find, onChange, onMessage } from "./page.js";
import { asking, onAsked, restoreBox, typed } from "./composer.js";
import { readItem, writeItem } from "./store.js";

const AGAIN = 2_000; // ms between two looks for a server that is away
const SETTLED = 10_000; // ms in which Gradio reloads the page, if it lost the server too
// In sessionStorage: what stands in the box, the question that is being answered, whether the server was away.
const [TYPED, ASKED, AWAY] = ["typed", "asked", "away"].map((name) => `footnote/${name}`);

const keep = (key, words) => writeItem("sessionStorage", key, words);
const kept = (key) => readItem("sessionStorage", key) ?? "";
let away = false;
let shown = "";

function say(words) {
  shown = words;
  const line = find("composer-status", "[data-trouble]");
  if (line) line.textContent = words;
}

const words = (name) => find("composer-status", "[data-trouble]")?.dataset[name] ?? "";

// What the server says of itself, at /health; null if it is away, which the page then says and watches.
export async function health() {
  try {
    const answer = await fetch(new URL("/health", document.baseURI));
    if (away) back();
    return await answer.json();
  } catch {
    lost();
    return null;
  }
}

function lost() {
  if (away) return;
  away = true;
  keep(AWAY, "yes");
  say(words("away"));
  watch();
}

function watch() {
  setTimeout(async () => {
    if (away && !(await health())) watch();
  }, AGAIN);
}

function back() {
  away = false;
  say(words("back"));
  if (asking()) location.reload(); // an answer that was on its way will not come
  setTimeout(() => away || keep(AWAY, ""), SETTLED);
}

document.addEventListener("input", (event) => {
  if (event.target.closest?.("#question")) keep(TYPED, event.target.value);
});
onAsked((question) => {
  if (!away) say("");
  keep(ASKED, question);
  keep(TYPED, "");
});
onMessage("exchange", () => {
  keep(ASKED, "");
  keep(TYPED, typed());
});

// A new page: what was typed comes back, and so does a question that got no answer.
let begun = false;
onMessage("ready", () => {
  if (begun) return;
  begun = true;
  const said = kept(AWAY) ? [words("back")] : [];
  if (kept(ASKED)) said.push(words("unanswered"));
  restoreBox(kept(ASKED) || kept(TYPED));
  keep(TYPED, typed());
  keep(ASKED, "");
  keep(AWAY, "");
  say(said.join(" "));
});
onChange("composer-status", () => say(shown));

let passed = "";
// Gradio's pop-ups are not shown (layout.css). That the server is lost is said above; anything else is passed on.
new MutationObserver(async () => {
  const text = document.querySelector(".toast-wrap [data-testid=toast-text]")?.textContent.trim() ?? "";
  if (!text || text === passed) return;
  passed = text;
  if (await health()) say(text);
}).observe(document.querySelector("gradio-app") ?? document.body, { childList: true, subtree: true });

