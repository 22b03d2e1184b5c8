// A page has come: in which language, with which conversation, and what its address asks for.

import { find, onChange, onMessage, send } from "./page.js";
import { prepare, remembered } from "./conversations.js";
import { ask, asking, clientState } from "./composer.js";
import { openSource } from "./overlays.js";
import { readItem, writeItem } from "./store.js";

const LANGUAGE = "footnote/language"; // in localStorage: the reader's own choice

let wanted = null; // what the address asks for, until the page is ready

// The client state of a new page. A question in the address begins a conversation of its own, and is taken out of
// the address, so that a reload does not ask it again.
export function startupState() {
  const url = new URL(location.href);
  const given = url.searchParams;
  wanted = { question: (given.get("q") ?? "").trim(), source: given.get("source") };
  for (const name of ["span", "sha256", "as_typed"]) wanted[name] = given.get(name) ?? "";
  if (given.has("q")) {
    given.delete("q");
    given.delete("as_typed");
    history.replaceState(history.state, "", url);
  }
  prepare(wanted.question ? "" : remembered());
  const languages = [readItem("localStorage", LANGUAGE), ...navigator.languages].filter(Boolean);
  return JSON.stringify({ ...JSON.parse(clientState()), languages });
}


onMessage("ready", () => {
  document.body.classList.add("ready");
  if (!wanted) return;
  const { question, source, span, sha256, as_typed: asTyped } = wanted;
  wanted = null;
  if (source !== null) openSource({ source, span, sha256 }, null);
  if (question) ask(question, "", { as_typed: asTyped === "1" });
});

document.addEventListener("change", (event) => {
  const choice = event.target.closest?.("[data-language]");
  if (!choice) return;
  if (asking()) {
    showLanguage();
    return;
  }
  writeItem("localStorage", LANGUAGE, choice.value);
  send("set_language", { language: choice.value });
});

function showLanguage() {
  const code = find("header", "[data-code]")?.dataset.code;
  if (!code) return;
  document.documentElement.lang = code;
  const choice = find("header", "[data-language]");
  if (choice) choice.value = code;
}
onChange("header", showLanguage);
