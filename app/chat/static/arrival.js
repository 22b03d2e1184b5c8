// A page has come: in which language, with which conversation, and what its address asks for.

import { find, onChange, onLetter, send } from "./page.js";
import { prepare, remembered } from "./talks.js";
import { ask, asking, ticket } from "./composer.js";
import { openReader } from "./sheets.js";

const LANGUAGE = "footnote/language"; // in localStorage: the reader's own choice

let wanted = null; // what the address asks for, until the page is ready

// The ticket of a page that comes. A question in the address begins a conversation of its own, and is taken out of
// the address, so that a reload does not ask it again.
export function greet() {
  const url = new URL(location.href);
  const given = url.searchParams;
  wanted = { question: (given.get("q") ?? "").trim(), source: given.get("source") };
  for (const name of ["span", "sha256"]) wanted[name] = given.get(name) ?? "";
  if (given.has("q")) {
    given.delete("q");
    history.replaceState(history.state, "", url);
  }
  prepare(wanted.question ? "" : remembered());
  return JSON.stringify({ ...JSON.parse(ticket()), languages: languages() });
}

function languages() {
  let own = null;
  try {
    own = localStorage.getItem(LANGUAGE);
  } catch {
    own = null; // the browser keeps nothing for this page
  }
  return [...(own ? [own] : []), ...navigator.languages];
}

onLetter("arrived", () => {
  document.body.classList.add("ready");
  if (!wanted) return;
  const { question, source, span, sha256 } = wanted;
  wanted = null;
  if (source !== null) openReader({ source, span, sha256 }, null);
  if (question) ask(question);
});

document.addEventListener("change", (event) => {
  const choice = event.target.closest?.("[data-language]");
  if (!choice) return;
  if (asking()) {
    showLanguage();
    return;
  }
  try {
    localStorage.setItem(LANGUAGE, choice.value);
  } catch {
    // The choice lasts as long as the page: the browser keeps nothing for it.
  }
  send("speak", { language: choice.value });
});

function showLanguage() {
  const code = find("masthead", "[data-code]")?.dataset.code;
  if (!code) return;
  document.documentElement.lang = code;
  const choice = find("masthead", "[data-language]");
  if (choice) choice.value = code;
}
onChange("masthead", showLanguage);
