// One segment's history: when it left and arrived, why it was sent, and its effects. Pure.

import { keyOf } from "./model.js";

/**
 * A segment's history in the events; null where they have none.
 *
 * `first` is the segment's first event, with the bytes; `own` are all of its events; `changed` are the events that its
 * arrival caused, queues with their contents `before`; `last` is the seq of the last of all these.
 */
export function segmentHistory(events, id) {
  const own = events.filter((event) => event.type === "segment" && event.id === id);
  if (own.length === 0) return null;
  const [first] = own;
  const changed = effects(events, own.at(-1));
  return { first, own, changed, shift: shiftOf(events, first), last: (changed.at(-1) ?? own.at(-1)).seq };
}

/** The events that a segment's arrival caused, and the queues that changed with it before any other event. */
function effects(events, arrived) {
  if (arrived.phase !== "delivered") return [];
  const after = events.slice(arrived.seq + 1);
  const caused = after.filter((event) => event.cause?.segment === arrived.id);
  const other = after.find((event) => !["state", "gap", "queue", "timer"].includes(event.type));
  const queues = after.filter((event) => event.type === "queue" && event.host === arrived.to && event.seq < (other?.seq ?? Infinity));
  const filled = queues.map((event) => ({ ...event, before: queueBefore(events, event) }));
  return [...caused, ...filled].sort((a, b) => a.seq - b.seq);
}

function queueBefore(events, { seq, host, socket }) {
  const same = (event) => event.type === "queue" && event.seq < seq && event.host === host && keyOf(event.socket) === keyOf(socket);
  return events.findLast(same) ?? { recv_q: 0, send_q: 0 };
}

/**
 * The shift of a segment's window: the option of its direction's SYN, if the other SYN has one too (RFC 7323, 2.2). Null
 * where windows are not scaled, undefined where a SYN is not known. A forged SYN does not count.
 */
function shiftOf(events, { seq, source, destination }) {
  const syn = (from, to) => events.findLast((event) => event.seq <= seq && event.type === "segment" && event.phase === "sent" && event.flags.includes("SYN") && event.source === from && event.destination === to);
  const syns = [syn(source, destination), syn(destination, source)];
  if (!syns.every(Boolean)) return undefined;
  const shifts = syns.map(({ options }) => options.find((option) => option.startsWith("wscale "))?.slice(7));
  return shifts.every(Boolean) ? Number(shifts[0]) : null;
}

/** The segment beside another in the run's order; without an id, the last one of the first `count` events. */
export function neighbour(events, count, id, direction) {
  const ids = segmentIds(events);
  if (!id) return segmentIds(events.slice(0, count)).at(-1) ?? ids[0] ?? null;
  return ids[ids.indexOf(id) + direction] ?? id;
}

/** The ids of a run's segments, in the order in which they came onto the wire. */
export const segmentIds = (events) => events.filter((event) => event.type === "segment" && ["sent", "injected"].includes(event.phase)).map((event) => event.id);
