// What a class is asked for: the results of calls and the states. Hides them from the picture and from the cards, and
// leaves what they can be concluded from: the calls and the segments. Pure: knows no DOM.

import { shown } from "./model.js";

/** What stands in the place of what is hidden. */
export const HIDDEN = "?";

/** An item of a Layout, without what is asked for. */
export function veiledItem(item) {
  if (item.kind === "state") return { ...item, text: item.text.replace(item.state, HIDDEN), state: HIDDEN, observed: true, gap: false };
  if (item.kind === "call" && item.gave !== undefined) return { ...item, gave: HIDDEN, failed: false };
  return item;
}

/** A model, without what is asked for: timers and other connections would tell the state. */
export function veiledModel(model) {
  const { client, server } = model.hosts;
  return { ...model, hosts: { client: veiledHost(client), server: veiledHost(server) } };
}

function veiledHost(host) {
  const socket = shown(host);
  const sockets = socket ? { [socket.key]: { ...socket, state: HIDDEN, timer: null } } : {};
  const actors = Object.entries(host.actors).map(([name, actor]) => [name, { ...actor, results: actor.results?.map(veiledExit) }]);
  return { ...host, sockets, order: Object.keys(sockets), actors: Object.fromEntries(actors) };
}

const veiledExit = (exit) => ({ ...exit, errno: null, words: HIDDEN });
