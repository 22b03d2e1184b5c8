// What lies over the page (a panel, the reader, the table, the sheet) and the browser's Back: it closes what lies on
// top, and leaves the page only when nothing does. For that the browser's history has one entry more meanwhile.

import { closePanel } from "./panels.js";
import { closeOverlay } from "./overlays.js";
import { closeSheet } from "./sheet.js";

// Classes of body.
const LAYERS = ["panel-conversations", "panel-sources", "reading", "comparing", "searching", "checking", "sheet"];
let leaving = false; // the entry is being taken away, because its layer was closed otherwise

const anyOpen = () => LAYERS.some((name) => document.body.classList.contains(name));

export const closeTop = () => closePanel() || closeOverlay() || closeSheet();

function settle() {
  if (leaving) return;
  const ours = Boolean(history.state?.layer);
  // Who came by a link to a place goes back to where the link was.
  const linked = new URL(location.href).searchParams.has("source");
  if (anyOpen() && !ours && !linked) history.pushState({ layer: true }, "");
  if (!anyOpen() && ours) {
    leaving = true;
    history.back();
  }
}

new MutationObserver(settle).observe(document.body, { attributes: true, attributeFilter: ["class"] });
window.addEventListener("popstate", () => {
  if (!leaving) closeTop();
  leaving = false;
  settle();
});
