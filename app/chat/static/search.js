// Searching the sources: from the header, the sources panel or an opened source, with the results beside the
// conversation. A result opens its place over them, and 'Back' returns to them.

import { find, onChange, onClick, regions, send } from "./page.js";
import { opening, openSource, showOverlay } from "./overlays.js";
import { closePanel } from "./panels.js";

function search(query, within, opener) {
  closePanel(false);
  send("search", { query, within, opened: opening("searching", opener) });
}

onClick("[data-search-open]", (button) => search("", "", button));
onClick("[data-search-all]", (button) => search(button.dataset.searchAll, "", null));
onClick("[data-open-found]", (button) => {
  const { openFound: source, span, sha256 } = button.dataset;
  openSource({ source, span, sha256 }, button);
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest?.("form[data-search]");
  if (!form || !Object.values(regions).some((region) => region.contains(form))) return;
  event.preventDefault();
  const query = form.querySelector("input").value.trim();
  if (query) search(query, form.dataset.search, null);
});

onChange("search", () => {
  const shown = showOverlay("searching", "search", "#search-head");
  const box = find("search", "input");
  if (shown && box && !box.value) box.focus();
});
