// What all scripts share: the regions, events to the server, letters from it, and who is told of what.

export const regions = {};
const changes = {}; // region -> functions to call when it has a new value
const clicks = []; // [selector, function(element, event)]
const letters = {}; // kind -> functions(content)
const waiting = []; // events from before the conversation region was there
let trigger = null;
let lastLetter = "";

export const onChange = (name, call) => (changes[name] ??= []).push(call);
export const onClick = (selector, call) => clicks.push([selector, call]);
export const onLetter = (kind, call) => (letters[kind] ??= []).push(call);

export function attached(name, element, watch, fire, events) {
  regions[name] = element;
  if (name === "notice") element.setAttribute("role", "status");
  watch("value", () => changed(name));
  changed(name);
  if (!events.length) return;
  trigger = fire;
  for (const [event, data] of waiting.splice(0)) fire(event, data);
}

export function send(event, data) {
  if (trigger) trigger(event, data);
  else waiting.push([event, data]);
}

function changed(name) {
  if (name === "post") readLetter();
  for (const call of changes[name] ?? []) call();
}

function readLetter() {
  const letter = find("post", "[data-letter]");
  const name = letter?.dataset.letter ?? "";
  if (!name || name === lastLetter) return;
  lastLetter = name;
  const content = JSON.parse(letter.getAttribute("value"));
  for (const call of letters[letter.dataset.kind] ?? []) call(content);
}

export function clicked(event) {
  for (const [selector, call] of clicks) {
    const hit = event.target.closest?.(selector);
    if (!hit || !inRegion(hit)) continue;
    event.preventDefault();
    call(hit, event);
    return;
  }
}

export const inRegion = (element) => Object.values(regions).some((r) => r.contains(element));
export const find = (name, selector) => regions[name]?.querySelector(selector) ?? null;
export const all = (name, selector) => [...(regions[name]?.querySelectorAll(selector) ?? [])];
export const narrow = () => window.matchMedia("(max-width: 900px)").matches;
export const motion = () =>
  window.matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";

// For ears only: what eyes see happen on the page.
export function say(words) {
  const place = document.getElementById("said");
  if (place) place.textContent = words;
}

// The form of a phrase for this many, from its attributes data-one, data-few and data-many.
export function counted(element, count) {
  const form = new Intl.PluralRules(language()).select(count);
  return (element.dataset[form] ?? element.dataset.many).replace("{count}", String(count));
}

export const language = () => find("masthead", "[data-code]")?.dataset.code ?? "en";
