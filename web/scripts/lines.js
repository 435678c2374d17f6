// Lines for a run that goes on: who has its key may act on it. And what helps to write them.

import { Refused } from "./source.js";

/** The key of a run that this page has started, or null. */
export function keyOf(id) {
  try {
    return sessionStorage.getItem(`key:${id}`);
  } catch {
    return null;
  }
}

/** Plays a line, a blank one as a sign of life; resolves once the run has begun it. */
export async function send(id, line) {
  const response = await fetch(`/api/runs/${id}/lines`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${keyOf(id)}` },
    body: JSON.stringify({ line }),
  });
  const answer = await response.json().catch(() => ({ error: "other", message: response.statusText }));
  if (!response.ok) throw new Refused(answer);
  return answer;
}

/** What each actor could do after a script. */
export async function offers(script) {
  const response = await fetch("/api/offers", { method: "POST", body: script });
  const answer = await response.json();
  if (!response.ok) throw new Refused(answer);
  return answer.offers;
}

/** How a line could go on at a column; null where nobody knows. Columns count characters, from 1. */
export async function complete(script, line, column) {
  const request = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ script, line, column }) };
  const response = await fetch("/api/complete", request).catch(() => null);
  return response?.ok ? response.json() : null;
}
