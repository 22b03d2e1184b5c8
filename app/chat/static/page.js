// What all scripts share: the regions of the page, events to the server, messages from it, and small helpers.

export const regions = {};
const changes = {}; // region -> functions to call when it has a new value
const clicks = []; // [selector, function(element)]
const messages = {}; // kind -> functions(content)
const waiting = []; // events from before the conversation region was there
let trigger = null;
let lastMessage = "";

export const onChange = (name, call) => (changes[name] ??= []).push(call);
export const onClick = (selector, call) => clicks.push([selector, call]);
export const onMessage = (kind, call) => (messages[kind] ??= []).push(call);

export function attach(name, element, watch, fire, events) {
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
  if (name === "messages") readMessage();
  for (const call of changes[name] ?? []) call();
}

function readMessage() {
  const message = find("messages", "[data-message]");
  const id = message?.dataset.message ?? "";
  if (!id || id === lastMessage) return;
  lastMessage = id;
  const content = JSON.parse(message.getAttribute("value"));
  for (const call of messages[message.dataset.kind] ?? []) call(content);
}

document.addEventListener("click", (event) => {
  for (const [selector, call] of clicks) {
    const hit = event.target.closest?.(selector);
    if (!hit || !Object.values(regions).some((r) => r.contains(hit))) continue;
    event.preventDefault();
    call(hit);
    return;
  }
});

export const find = (name, selector) => regions[name]?.querySelector(selector) ?? null;
export const all = (name, selector) => [...(regions[name]?.querySelectorAll(selector) ?? [])];
export const narrow = () => window.matchMedia("(max-width: 900px)").matches;
export const motion = () =>
  window.matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";

// The column beside the conversation scrolls alone, also as a sheet; on a narrow page else the page does.
export function bringIntoView(whole, part) {
  const column = document.getElementById("side");
  const sheet = document.body.classList.contains("sheet");
  if ((narrow() && !sheet) || !column) {
    part.scrollIntoView({ block: "center", behavior: motion() });
    return;
  }
  const room = column.getBoundingClientRect();
  const box = whole.getBoundingClientRect();
  const target = !sheet && box.height < room.height - 48 ? box : part.getBoundingClientRect();
  const top = column.scrollTop + target.top - room.top - (room.height - target.height) / 3;
  column.scrollTo({ top: Math.max(0, top), behavior: motion() });
}

// Tell screen readers what eyes see happen on the page.
export function announce(words) {
  const place = document.getElementById("announcer");
  if (place) place.textContent = words;
}

export const language = () => find("header", "[data-code]")?.dataset.code ?? "en";

// A first click asks whether it is meant; leaving the button takes the question back.
export function sure(button) {
  if (button.classList.contains("sure")) return true;
  const words = button.textContent;
  const name = button.getAttribute("aria-label");
  button.classList.add("sure");
  button.textContent = button.dataset.sure;
  button.removeAttribute("aria-label");
  button.onblur = () => {
    button.onblur = null;
    button.classList.remove("sure");
    button.textContent = words;
    if (name) button.setAttribute("aria-label", name);
  };
  return false;
}
