// The entry: Gradio hands over each region here, and clicks find their script. The server makes all markup; the
// scripts move focus, mark what is current, keep conversations in this browser, and send events.

import { attached, clicked } from "./page.js";
import "./marks.js";
import "./card.js";
import "./sheets.js";
import "./drawers.js";
import "./talks.js";
import "./shelf.js";
import "./actions.js";
import "./arrival.js";
import "./keys.js";

export const attach = attached;

document.addEventListener("click", clicked);
