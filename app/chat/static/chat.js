// The entry: Gradio hands over each region here. The server makes all markup; the scripts move focus, mark what is
// current, keep conversations in this browser, and send events.

import "./footnotes.js";
import "./conversations.js";
import "./sources.js";
import "./actions.js";
import "./startup.js";
import "./keys.js";
import "./search.js";
import "./check.js";
import "./reword.js";
import "./title.js";
import "./theme.js";
import "./adding.js";

export { attach } from "./page.js";
