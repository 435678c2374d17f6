// What a hand can do to the segments on the wire, as lines of the script. Pure.

import { kindOf } from "../model/model.js";

/**
 * Which segments are meant, as in a line: by control bits, by data, by direction, by their relative numbers.
 * @typedef {{set: string[], unset: string[], data: boolean, from?: string, seq?: number|null, ack?: number|null}} Filter
 */

/** The segments that are under way, in the order in which they came onto the wire; `held` are those that wait there. */
export function underWay({ segments }) {
  const all = Object.values(segments).filter(({ phase }) => ["sent", "held"].includes(phase));
  return all.sort((a, b) => a.id - b.id).map((segment) => ({ ...segment, held: segment.phase === "held" }));
}

/** Whether a filter means a segment: the rule of server/script/filter.rs. */
export function matches({ set, unset, data, from, seq, ack }, segment) {
  const has = (bit) => segment.flags.includes(bit);
  const bits = set.every(has) && !unset.some(has) && (!data || segment.len > 0);
  return bits && (!from || from === segment.from) && (seq == null || seq === segment.seq_rel) && (ack == null || ack === segment.ack_rel);
}

const plain = { set: [], unset: [], data: false };

/**
 * The simplest filter that means a segment and none of the others, or as few as possible: what was sent again has the same
 * numbers, and is meant with it.
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
  const meant = filters.map((filter) => rest.filter((other) => matches(filter, other)).length);
  return filters[meant.indexOf(Math.min(...meant))];
}

/** A filter as it stands in a line: `FIN from client seq 6`. */
export function told({ set, unset, data, from, seq, ack }) {
  const bits = [...set, ...unset.map((bit) => `!${bit}`)].join(",");
  const parts = [data ? "data" : bits || "any", from && `from ${from}`, seq != null && `seq ${seq}`, ack != null && `ack ${ack}`];
  return parts.filter(Boolean).join(" ");
}

/** What can be done with the wire as a whole. */
export const HOLD = "wire hold any";
export const RELEASE = "wire release";
export const CUT = "wire cut";
export const MEND = "wire mend";

/** The line by which a hand does something to one segment: `deliver`, `drop`, `duplicate` or `hold`. */
export function lineFor(deed, segment, others) {
  const verb = { deliver: "release", drop: "drop", duplicate: "duplicate", hold: "hold" }[deed];
  return `wire ${verb} ${told(filterOf(segment, others))}`;
}

/** The waiting segments in the order in which a hand put them: `order` has ids; what is new comes last. */
export function ordered(waiting, order) {
  const place = ({ id }) => (order.includes(id) ? order.indexOf(id) : order.length + waiting.findIndex((other) => other.id === id));
  return [...waiting].sort((a, b) => place(a) - place(b));
}

/** The ids with one of them so many places further on. */
export function moved(ids, id, by) {
  const from = ids.indexOf(id);
  const to = Math.min(Math.max(from + by, 0), ids.length - 1);
  const rest = ids.filter((other) => other !== id);
  return [...rest.slice(0, to), id, ...rest.slice(to)];
}

/**
 * The lines that let all go in an order. The wire's own is that in which they were sent, so only what shall overtake others
 * needs a line of its own.
 */
export function letGo(shown) {
  const lines = [];
  let left = shown;
  while (!left.every(({ id }, index) => index === 0 || left[index - 1].id < id)) {
    const [first] = left;
    const filter = filterOf(first, left);
    lines.push(`wire release ${told(filter)}`);
    left = left.filter((segment) => !matches(filter, segment));
  }
  return [...lines, RELEASE];
}

/** Whether the wire is held by hand, and whether it is cut, after a script's lines were played. */
export function wireState(lines) {
  const state = { held: false, cut: false };
  for (const line of lines) {
    const deed = line.replace(/#.*/, "").trim();
    if (deed === HOLD) state.held = true;
    if (deed === RELEASE) state.held = false;
    if (deed === CUT) state.cut = true;
    if (deed === MEND) state.cut = false;
  }
  return state;
}

/**
 * What a forged segment's numbers count from: the next that a host expects, and the next that it will send, each relative
 * and absolute. Null where it has sent nothing on that connection. The rule of server/run/segment.rs.
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

/** A text as the script language quotes it. */
const quoted = (text) => `"${text.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n").replace(/\r/g, "\\r").replace(/\t/g, "\\t")}"`;
