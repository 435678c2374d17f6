// Suggestions for the next line → rows of buttons. Pure.

/** @typedef {{actor: string, host: string, line: string, kind: string, verb: string, arguments: string, socket: string|null,
 *            makes: string|null, rare: boolean, reason: string|null}} Suggestion */

/**
 * The rows of a host: one for each actor, and one for each further socket of an actor. The `key` of a row or a button
 * stays the same while its action does.
 */
export function rows(suggestions, host) {
  const all = new Map();
  for (const suggestion of suggestions.filter((suggestion) => suggestion.host === host)) {
    const { actor, line, socket, rare, reason } = suggestion;
    const key = !rare && socket ? `${actor} ${socket}` : actor;
    if (!all.has(key)) all.set(key, { key, actor, socket: key === actor ? null : socket, usual: [], rare: [] });
    const row = all.get(key);
    const whole = words(suggestion, { socket: !row.socket, makes: true });
    // The directions of a shutdown stand together under their verb.
    const verb = suggestion.verb === "shutdown" && (row.socket || !socket) ? suggestion.verb : null;
    const text = verb ? suggestion.arguments : rare ? whole : brief(suggestion, !row.socket);
    row[rare ? "rare" : "usual"].push({ key: `${key}: ${rare ? "+ " : ""}${slot(suggestion, !row.socket)}`, line, whole, text, verb, reason });
  }
  const order = (row) => (row.actor === host ? 0 : 1);
  return [...all.values()].sort((a, b) => order(a) - order(b));
}

/** The words of an action, with the names of sockets where they are asked for. */
function words(suggestion, { socket, makes }) {
  const names = [socket && suggestion.socket && `on ${suggestion.socket}`, makes && suggestion.makes && `as ${suggestion.makes}`];
  return [suggestion.verb, suggestion.arguments, ...names].filter(Boolean).join(" ");
}

/** The key of an action, without the names of the things that it makes. */
function slot(suggestion, socket) {
  const { kind, verb } = suggestion;
  if (kind === "start" || verb === "link") return verb;
  return kind === "host" ? "power" : words(suggestion, { socket });
}

/** An action where there is little room. */
const brief = (suggestion, socket) => words(suggestion.verb === "set" ? { ...suggestion, verb: "" } : suggestion, { socket });
