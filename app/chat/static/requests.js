// Requests to the server's own routes for adding and removing sources. Each answers with an object; what goes wrong is
// in its `problem`, in words.

import { language } from "./page.js";

const BASE = "/new-sources";
const MARK = { "X-Footnote": "1" }; // no page of another site can send it

function address(path, more = {}) {
  const url = new URL(BASE + path, document.baseURI);
  for (const [name, value] of Object.entries({ language: language(), ...more })) url.searchParams.set(name, value);
  return url;
}

async function answerOf(sent, away) {
  try {
    const answer = await sent;
    return answer.status === 204 ? {} : { status: answer.status, ...(await answer.json()) };
  } catch {
    return { problem: away };
  }
}

export const get = (path, away) => answerOf(fetch(address(path)), away);

export function post(path, body, away) {
  const headers = { ...MARK, "Content-Type": "application/json" };
  return answerOf(fetch(address(path), { method: "POST", headers, body: JSON.stringify(body) }), away);
}

// Also while the page is being left.
export const drop = (path) => answerOf(fetch(address(path), { method: "DELETE", headers: MARK, keepalive: true }), "");

// Send a file, and tell how much of it has gone: only this old kind of request says that.
export function upload(path, file, progress, away) {
  const request = new XMLHttpRequest();
  request.open("POST", address(path, { name: file.name }));
  request.setRequestHeader("X-Footnote", "1");
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 1);
  return new Promise((resolve) => {
    request.onerror = () => resolve({ problem: away });
    request.onload = () => {
      try {
        resolve(JSON.parse(request.responseText));
      } catch {
        resolve({ problem: away });
      }
    };
    request.send(file);
  });
}
