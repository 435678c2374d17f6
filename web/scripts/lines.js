// What helps to write a script line by line: what could come next, and how a line can go on.

import { Refused } from "./source.js";

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
