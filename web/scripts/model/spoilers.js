// Hides the answers that a class is asked for, the results of calls and the states, in the picture and in the hosts'
// cards. The calls and the segments stay, since the answers follow from them. Pure: knows no DOM.

import { shown } from "./model.js";

/** The text in place of a hidden answer. */
export const HIDDEN = "?";

/** A Layout's item with hidden answers. */
export function hideItem(item) {
  if (item.kind === "state") return { ...item, text: item.text.replace(item.state, HIDDEN), state: HIDDEN, observed: true, gap: false };
  if (item.kind === "call" && item.gave !== undefined) return { ...item, gave: HIDDEN, failed: false };
  return item;
}

/** A model with hidden answers. Timers and other connections are hidden too, since they would reveal the state. */
export function hideModel(model) {
  const { client, server } = model.hosts;
  return { ...model, hosts: { client: hideHost(client), server: hideHost(server) } };
}

function hideHost(host) {
  const socket = shown(host);
  const sockets = socket ? { [socket.key]: { ...socket, state: HIDDEN, timer: null } } : {};
  const actors = Object.entries(host.actors).map(([name, actor]) => [name, { ...actor, results: actor.results?.map(hideExit) }]);
  return { ...host, sockets, order: Object.keys(sockets), actors: Object.fromEntries(actors) };
}

const hideExit = (exit) => ({ ...exit, errno: null, words: HIDDEN });
