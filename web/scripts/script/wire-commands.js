// A visitor's commands for the segments on the wire, as lines of the script. Pure.

import { kindOf } from "../model/model.js";

/**
 * A filter for segments, as in a line: by control bits, data, direction and relative numbers.
 * @typedef {{set: string[], unset: string[], data: boolean, from?: string, seq?: number|null, ack?: number|null}} Filter
 */

/** The segments under way, in the order in which they came onto the wire; `held` says whether one waits there. */
export function underWay({ segments }) {
  const all = Object.values(segments).filter(({ phase }) => ["sent", "held"].includes(phase));
  return all.sort((a, b) => a.id - b.id).map((segment) => ({ ...segment, held: segment.phase === "held" }));
}

/** Whether a filter matches a segment: the rule of server/script/filter.rs. */
export function matches({ set, unset, data, from, seq, ack }, segment) {
  const has = (bit) => segment.flags.includes(bit);
  const bits = set.every(has) && !unset.some(has) && (!data || segment.len > 0);
  return bits && (!from || from === segment.from) && (seq == null || seq === segment.seq_rel) && (ack == null || ack === segment.ack_rel);
}

const plain = { set: [], unset: [], data: false };

/**
 * The simplest filter that matches a segment and as few others as possible. A retransmission has the same numbers and
 * matches too.
 */
export function filterOf(segment, others = []) {
  const { flags, from, seq_rel: seq, ack_rel: ack } = segment;
  const kind = kindOf(segment);
  const controls = ["SYN", "FIN", "RST"].filter((bit) => flags.includes(bit));
  const choices = {
    data: () => [{ data: true, seq }, { data: true, seq, ack }],
    ack: () => [[], ["PSH"], ["PSH", "FIN", "SYN", "RST"]].map((unset) => ({ set: ["ACK"], unset, seq, ack })),
    other: () => {
      const set = flags.includes("SYN") && flags.includes("ACK") ? [...controls, "ACK"] : controls;
      const bare = set.includes("SYN") && !set.includes("ACK") ? ["ACK"] : [];
      return [{ set, seq }, { set, seq, ack }, { set, unset: bare, seq, ack }];
    },
  };
  const filters = (choices[kind] ?? choices.other)().map((filter) => ({ ...plain, from, ...filter }));
  const rest = others.filter(({ id }) => id !== segment.id);
  const excess = filters.map((filter) => rest.filter((other) => matches(filter, other)).length);
  return filters[excess.indexOf(Math.min(...excess))];
}

/** A filter in a line's words: `FIN from client seq 6`. */
export function filterText({ set, unset, data, from, seq, ack }) {
  const bits = [...set, ...unset.map((bit) => `!${bit}`)].join(",");
  const parts = [data ? "data" : bits || "any", from && `from ${from}`, seq != null && `seq ${seq}`, ack != null && `ack ${ack}`];
  return parts.filter(Boolean).join(" ");
}

/** Commands for the whole wire. */
export const HOLD = "wire hold any";
export const RELEASE = "wire release";
export const CUT = "wire cut";
export const MEND = "wire mend";

/** The line for an action on one segment: `deliver`, `drop`, `duplicate` or `hold`. */
export function lineFor(action, segment, others) {
  const verb = { deliver: "release", drop: "drop", duplicate: "duplicate", hold: "hold" }[action];
  return `wire ${verb} ${filterText(filterOf(segment, others))}`;
}

/** The waiting segments in the visitor's order: `order` has ids; new segments come last. */
export function ordered(waiting, order) {
  const rank = ({ id }) => (order.includes(id) ? order.indexOf(id) : order.length + waiting.findIndex((other) => other.id === id));
  return [...waiting].sort((a, b) => rank(a) - rank(b));
}

/** The ids with one of them moved by a number of positions. */
export function moved(ids, id, by) {
  const from = ids.indexOf(id);
  const to = Math.min(Math.max(from + by, 0), ids.length - 1);
  const rest = ids.filter((other) => other !== id);
  return [...rest.slice(0, to), id, ...rest.slice(to)];
}

/**
 * The lines that release all segments in the shown order. The wire's own order is that of sending, so only a segment that
 * overtakes others needs a line of its own.
 */
export function releaseAll(shown) {
  const lines = [];
  let left = shown;
  while (!left.every(({ id }, index) => index === 0 || left[index - 1].id < id)) {
    const [first] = left;
    const filter = filterOf(first, left);
    lines.push(`wire release ${filterText(filter)}`);
    left = left.filter((segment) => !matches(filter, segment));
  }
  return [...lines, RELEASE];
}

/** Whether the wire is held as a whole, and whether it is cut, after these lines were played. */
export function wireState(lines) {
  const state = { held: false, cut: false };
  for (const { action } of lines) {
    if (action === HOLD) state.held = true;
    if (action === RELEASE) state.held = false;
    if (action === CUT) state.cut = true;
    if (action === MEND) state.cut = false;
  }
  return state;
}

/**
 * The base of a forged segment's numbers: the next number that a host expects, and the next number that it will send, each
 * relative and absolute. Null where the host has sent nothing on that connection. The rule of server/lab/run/wire/decoder.rs.
 */
export function bases({ segments }, { local, peer }) {
  const sent = Object.values(segments).filter(({ source, destination, reason }) => source === local && destination === peer && !/forged/.test(reason));
  if (sent.length === 0) return null;
  const length = ({ len, flags }) => len + ["SYN", "FIN"].filter((bit) => flags.includes(bit)).length;
  const ahead = (a, b) => ((a - b) | 0) > 0; // sequence numbers wrap around: RFC 9293, 3.4
  const furthest = (number, numbered) => numbered.reduce((best, one) => (best && !ahead(number(one).abs, best.abs) ? best : number(one)), null);
  const send = furthest((one) => ({ rel: one.seq_rel + length(one), abs: (one.seq_abs + length(one)) >>> 0 }), sent);
  const expect = furthest((one) => ({ rel: one.ack_rel, abs: one.ack_abs }), sent.filter(({ flags }) => flags.includes("ACK")));
  return { seq: expect, ack: send };
}

/** The line that forges a segment. `seq` and `ack` are offsets from what the host expects next. */
export function forged({ flags, to, socket, seq = 0, ack = 0, data = "" }) {
  const offset = (number) => (number === 0 ? "next" : `next${number > 0 ? "+" : ""}${number}`);
  const parts = [`wire inject ${flags} to ${to}${socket && socket !== "conn" ? `.${socket}` : ""}`];
  if (seq) parts.push(`seq ${offset(seq)}`);
  if (ack) parts.push(`ack ${offset(ack)}`);
  if (data) parts.push(`data ${quoted(data)}`);
  return parts.join(" ");
}

/** A text in the quotes of the script language. */
const quoted = (text) => `"${text.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r").replace(/\t/g, "\\t")}"`;
