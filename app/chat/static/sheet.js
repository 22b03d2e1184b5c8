// On a narrow page the evidence is a sheet over the lower part of the answer; what it belongs to stays in sight above.

import { motion, narrow, onClick } from "./page.js";

const ABOVE = 0.24; // of the window's height: where the mark stands that the sheet was opened from
let opener = null;

const isOpen = () => document.body.classList.contains("sheet");

export function openSheet(from) {
  if (!narrow()) return;
  opener = from;
  document.body.classList.add("sheet");
  if (!from) return;
  const top = scrollY + from.getBoundingClientRect().top - innerHeight * ABOVE;
  window.scrollTo({ top, behavior: motion() });
}

// Says whether there was one to close.
export function closeSheet() {
  if (!isOpen()) return false;
  document.body.classList.remove("sheet");
  if (opener?.isConnected) opener.focus({ preventScroll: true });
  return true;
}

onClick("[data-sheet-close]", closeSheet);
window.addEventListener("resize", () => narrow() || document.body.classList.remove("sheet"));
