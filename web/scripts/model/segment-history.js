// One segment's way through a run: when it left and arrived, why it was sent, and what it changed. Pure.

import { keyOf } from "./model.js";

/**
 * What the events tell of a segment.
 *
 * `first` is its first event, with the bytes; `way` are all of its events; `changed` is what its arrival made happen, each
 * an event, queues with what was in them before; `last` is the seq of the last of all these. Null where there is none.
 */
export function journey(events, id) {
  const way = events.filter((event) => event.type === "segment" && event.id === id);
  if (way.length === 0) return null;
  const [first] = way;
  const changed = effects(events, way.at(-1));
  return { first, way, changed, shift: shiftOf(events, first), last: (changed.at(-1) ?? way.at(-1)).seq };
}

/** What was caused by a segment's arrival, and the queues that changed with it before anything else happened. */
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
 * The shift of a segment's window: what its direction's SYN said, if the other's said something too (RFC 7323, 2.2). Null
 * where windows are not scaled, undefined where a SYN is not known. A forged SYN agrees on nothing.
 */
function shiftOf(events, { seq, source, destination }) {
  const syn = (from, to) => events.findLast((event) => event.seq <= seq && event.type === "segment" && event.phase === "sent" && event.flags.includes("SYN") && event.source === from && event.destination === to);
  const syns = [syn(source, destination), syn(destination, source)];
  if (!syns.every(Boolean)) return undefined;
  const shifts = syns.map(({ options }) => options.find((option) => option.startsWith("wscale "))?.slice(7));
  return shifts.every(Boolean) ? Number(shifts[0]) : null;
}

/** The segment beside another in a run's order; the nearest one before a moment where none is given. */
export function neighbour(events, count, id, direction) {
  const ids = segmentIds(events);
  if (!id) return segmentIds(events.slice(0, count)).at(-1) ?? ids[0] ?? null;
  return ids[ids.indexOf(id) + direction] ?? id;
}

/** The ids of a run's segments, in the order in which they came onto the wire. */
export const segmentIds = (events) => events.filter((event) => event.type === "segment" && ["sent", "injected"].includes(event.phase)).map((event) => event.id);
