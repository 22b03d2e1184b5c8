// The tab's title: the last question, or the source that a link opened.

import { all, find, onChange } from "./page.js";

function showTitle() {
  const name = find("header", "h1")?.textContent ?? "";
  const question = all("conversation", "[data-question]").at(-1)?.textContent;
  const what = question || find("source-viewer", ".source-viewer")?.getAttribute("aria-label");
  document.title = what ? `${what} · ${name}` : name;
}
for (const region of ["header", "conversation", "source-viewer"]) onChange(region, showTitle);
