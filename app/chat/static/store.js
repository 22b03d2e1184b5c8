// Conversations as this browser keeps them: one entry of localStorage each, so that tabs do not overwrite each
// other's. Whatever is found there may be anything: it is read as data, and the server proves it again.

const PREFIX = "footnote/talk/";
const MOST = 200; // exchanges that are read back of one conversation, as on the server
const seen = {}; // name -> when the entry was changed last, as far as this tab knows

let full = false;
export const isFull = () => full;

export function newName() {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
}

// {title, updated, exchanges: [{id, record, judged}]} with the ids that the server gives them when it reads them
// back, or null if there is none or it cannot be read.
export function load(name) {
  const talk = parsed(raw(name));
  if (!talk) return null;
  talk.exchanges = talk.exchanges.slice(-MOST).map((e, n) => ({ ...e, id: `t${n + 1}` }));
  write(name, talk);
  return talk;
}

// The same as it stands, for a look.
export const peek = (name) => parsed(raw(name));

function raw(name) {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null; // the browser keeps nothing for this page
  }
}

function parsed(text) {
  let talk = null;
  try {
    talk = JSON.parse(text);
  } catch {
    return null;
  }
  const sound = talk && typeof talk === "object" && Array.isArray(talk.exchanges);
  if (!sound || !talk.exchanges.every((e) => e && typeof e === "object" && e.record)) return null;
  const title = typeof talk.title === "string" ? talk.title : "";
  return { title, updated: Number(talk.updated) || 0, exchanges: talk.exchanges };
}

// All names with what is to be listed of them, the latest first.
export function list() {
  const found = [];
  try {
    for (let n = 0; n < localStorage.length; n += 1) {
      const key = localStorage.key(n);
      if (!key.startsWith(PREFIX)) continue;
      const talk = parsed(localStorage.getItem(key));
      const first = talk?.exchanges[0]?.record.question;
      const title = talk?.title || (typeof first === "string" ? first : "");
      found.push({ name: key.slice(PREFIX.length), title, updated: talk?.updated ?? 0, readable: Boolean(talk) });
    }
  } catch {
    return []; // the browser keeps nothing for this page
  }
  return found.sort((a, b) => b.updated - a.updated);
}

// Keep one exchange of the conversation whose exchanges are now `turns`. Returns the name it is kept under: another
// one if a second tab has gone on with the same conversation.
export function keep(name, turns, id, record) {
  const stored = parsed(raw(name));
  const forked = stored && seen[name] !== undefined && stored.updated !== seen[name];
  const own = forked ? newName() : name;
  const before = (stored?.exchanges ?? []).map((e, n) => ({ ...e, id: e.id ?? `t${n + 1}` }));
  const others = before.filter((e) => e.id !== id && turns.includes(e.id));
  const exchanges = [...others, { id, record }].sort((a, b) => turns.indexOf(a.id) - turns.indexOf(b.id));
  const updated = Math.max(Date.now(), (stored?.updated ?? 0) + 1);
  write(own, { title: stored?.title ?? "", updated, exchanges });
  return own;
}

// A name or a judgement is no new exchange: tabs that go on with the conversation need not part for it.
export function rename(name, title) {
  const talk = parsed(raw(name));
  if (talk) write(name, { ...talk, title });
}

export function judge(name, id, verdict) {
  const talk = parsed(raw(name));
  const exchange = talk?.exchanges.find((e) => e.id === id);
  if (!exchange) return;
  exchange.judged = verdict;
  write(name, talk);
}

export function remove(name) {
  try {
    localStorage.removeItem(PREFIX + name);
    full = false;
  } catch {
    full = true;
  }
}

function write(name, talk) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(talk));
    seen[name] = talk.updated;
    full = false;
  } catch {
    full = true; // the quota, or storage is switched off
  }
}
