// What each actor can do now → rows of buttons. Pure.

/** @typedef {{actor: string, host: string, line: string, rare: boolean, reason: string|null}} Offer */

/**
 * The rows of a host: one for each actor, and one more for each further socket that it has. A row's `key` and a button's
 * stay the same while what they stand for does.
 */
export function rows(offers, host) {
  const all = new Map();
  for (const offer of offers.filter((offer) => offer.host === host)) {
    const { actor, line, rare, reason } = offer;
    const deed = line.slice(actor.length + 1);
    const socket = / on (\S+)/.exec(deed)?.[1];
    const key = !rare && socket ? `${actor} ${socket}` : actor;
    if (!all.has(key)) all.set(key, { key, actor, socket: key === actor ? null : socket, usual: [], rare: [] });
    const row = all.get(key);
    const whole = row.socket ? deed.replace(` on ${socket}`, "") : deed;
    const [verb, how] = /^(shutdown) (\S+)$/.exec(whole)?.slice(1) ?? [null, rare ? whole : brief(whole)];
    row[rare ? "rare" : "usual"].push({ key: `${key}: ${rare ? "+ " : ""}${slot(whole)}`, line, whole, text: how, verb, reason });
  }
  const order = (row) => (row.actor === host ? 0 : 1);
  return [...all.values()].sort((a, b) => order(a) - order(b));
}

/** The place of a deed, whatever it calls what it makes. */
const slot = (deed) => deed.replace(/ as \S+$/, "").replace(/^(thread|fork|process) .*/, "$1").replace(/^link .*/, "link").replace(/^(crash|boot)$/, "power");

/** What is written where there is little room. */
const brief = (deed) => deed.replace(/ as \S+$/, "").replace(/^set /, "");
