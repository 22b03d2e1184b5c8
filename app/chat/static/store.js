// Conversations as this browser keeps them: one entry of localStorage each, so that tabs do not overwrite each
// other's. Whatever is found there may be anything: it is read as data, and the server proves it again.

const PREFIX = "footnote/conversation/";
const MOST = 200; // exchanges that are read back of one conversation, as on the server
const ROOM = 3_000_000; // bytes of exchanges that are read back: the server takes requests of 4 MiB
const seen = {}; // id -> when the entry was changed last, as far as this tab knows

let full = false;
export const isFull = () => full;

// An entry of localStorage or sessionStorage; null if there is none or the browser keeps nothing for this page.
export function readItem(storage, key) {
  try {
    return window[storage].getItem(key);
  } catch {
    return null;
  }
}

// Says whether the entry is kept: the quota may be used up, or storage is switched off.
export function writeItem(storage, key, value) {
  try {
    window[storage].setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
}

// A conversation as it stands: {title, updated, exchanges: [{id, record, verdict}]}; null if there is none or it
// cannot be read.
export const peek = (id) => parsed(readItem("localStorage", PREFIX + id));

// The same with the ids that the server gives the exchanges when it reads them back.
export function load(id) {
  const kept = peek(id);
  if (!kept) return null;
  kept.exchanges = latest(kept.exchanges).map((e, n) => ({ ...e, id: `t${n + 1}` }));
  write(id, kept);
  return kept;
}

function latest(exchanges) {
  const found = [];
  let room = ROOM;
  for (const exchange of exchanges.slice(-MOST).reverse()) {
    room -= new Blob([JSON.stringify(JSON.stringify(exchange.record))]).size; // as it travels
    if (room < 0 && found.length) break;
    found.unshift(exchange);
  }
  return found;
}

function parsed(text) {
  let kept = null;
  try {
    kept = JSON.parse(text);
  } catch {
    return null;
  }
  if (!kept || typeof kept !== "object" || !Array.isArray(kept.exchanges)) return null;
  if (!kept.exchanges.every((e) => e && typeof e === "object" && e.record)) return null;
  const title = typeof kept.title === "string" ? kept.title : "";
  return { title, updated: Number(kept.updated) || 0, exchanges: kept.exchanges };
}

// All conversations, the latest first: {id, title, updated, readable}.
export function list() {
  const found = [];
  try {
    for (const key of Object.keys(localStorage)) {
      if (!key.startsWith(PREFIX)) continue;
      const id = key.slice(PREFIX.length);
      const kept = peek(id);
      const first = kept?.exchanges[0]?.record.question;
      const title = kept?.title || (typeof first === "string" ? first : "");
      found.push({ id, title, updated: kept?.updated ?? 0, readable: Boolean(kept) });
    }
  } catch {
    return []; // the browser keeps nothing for this page
  }
  return found.sort((a, b) => b.updated - a.updated);
}

// Keep the exchange {id, record} of a conversation whose exchanges are now `turns`. Returns the id that the
// conversation is kept under: another one if a second tab has gone on with the same conversation.
export function keep(conversation, turns, exchange) {
  const stored = peek(conversation);
  const forked = stored && seen[conversation] !== undefined && stored.updated !== seen[conversation];
  const own = forked ? newId() : conversation;
  const before = (stored?.exchanges ?? []).map((e, n) => ({ ...e, id: e.id ?? `t${n + 1}` }));
  const others = before.filter((e) => e.id !== exchange.id && turns.includes(e.id));
  const known = before.find((e) => e.id === exchange.id); // kept before its translations came, maybe with a verdict
  const exchanges = [...others, { ...known, ...exchange }].sort((a, b) => turns.indexOf(a.id) - turns.indexOf(b.id));
  const updated = Math.max(Date.now(), (stored?.updated ?? 0) + 1);
  write(own, { title: stored?.title ?? "", updated, exchanges });
  return own;
}

// A title or a verdict is no new exchange: tabs that go on with the conversation need not part for it.
export function rename(id, title) {
  const kept = peek(id);
  if (kept) write(id, { ...kept, title });
}

export function setVerdict(id, turn, verdict) {
  const kept = peek(id);
  const exchange = kept?.exchanges.find((e) => e.id === turn);
  if (!exchange) return;
  exchange.verdict = verdict;
  write(id, kept);
}

export function remove(id) {
  try {
    localStorage.removeItem(PREFIX + id);
    full = false;
  } catch {
    full = true;
  }
}

function write(id, kept) {
  full = !writeItem("localStorage", PREFIX + id, JSON.stringify(kept));
  if (!full) seen[id] = kept.updated;
}
