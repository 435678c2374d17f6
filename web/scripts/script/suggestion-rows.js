// Suggestions for the next line → rows of buttons. Pure.

/** @typedef {{actor: string, host: string, line: string, rare: boolean, reason: string|null}} Suggestion */

/**
 * The rows of a host: one for each actor, and one for each further socket of an actor. The `key` of a row or a button
 * stays the same while its action does.
 */
export function rows(suggestions, host) {
  const all = new Map();
  for (const { actor, line, rare, reason } of suggestions.filter((suggestion) => suggestion.host === host)) {
    const action = line.slice(actor.length + 1);
    const socket = / on (\S+)/.exec(action)?.[1];
    const key = !rare && socket ? `${actor} ${socket}` : actor;
    if (!all.has(key)) all.set(key, { key, actor, socket: key === actor ? null : socket, usual: [], rare: [] });
    const row = all.get(key);
    const whole = row.socket ? action.replace(` on ${socket}`, "") : action;
    const [verb, how] = /^(shutdown) (\S+)$/.exec(whole)?.slice(1) ?? [null, rare ? whole : brief(whole)];
    row[rare ? "rare" : "usual"].push({ key: `${key}: ${rare ? "+ " : ""}${slot(whole)}`, line, whole, text: how, verb, reason });
  }
  const order = (row) => (row.actor === host ? 0 : 1);
  return [...all.values()].sort((a, b) => order(a) - order(b));
}

/** The key of an action, without the names of the things that it makes. */
const slot = (action) => action.replace(/ as \S+$/, "").replace(/^(thread|fork|process) .*/, "$1").replace(/^link .*/, "link").replace(/^(crash|boot)$/, "power");

/** An action where there is little room. */
const brief = (action) => action.replace(/ as \S+$/, "").replace(/^set /, "");
