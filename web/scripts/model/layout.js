// Events → heights in the picture. Pure: knows no DOM, no clock and no socket.
//
// Time flows down, but not evenly: a segment's flight is long enough for the eye, an idle stretch is short, and no two
// words of a column overlap. The order of events is always kept.

import { ENDED, called, gave, isListener, keyOf, shown } from "./model.js";

/** The least height of a segment's flight. */
const FLIGHT = 46;
/** The least distance of two words in one column. */
const ROW = 20;
/** The height of a millisecond while a segment is under way: 400 ms are the least flight. */
const PER_MS = FLIGHT / 400;
/** The height of the first event. */
export const TOP = 14;

/** The height of a stretch of time of so many µs, in px. */
function height(us, busy) {
  const ms = us / 1000;
  if (busy) return ms <= 400 ? ms * PER_MS : FLIGHT + 14 * Math.log2(ms / 400);
  return Math.min(ms * 0.03, 9) + (ms > 1000 ? ROW : 0);
}

export class Layout {
  /** The items to draw, by key; each has its kind and its heights. */
  items = new Map();
  /** The height of each event, by seq. */
  ys = [];
  /** Heights worth a step, and those at which a state changes. */
  keyframes = [];
  changes = [];

  #floors;
  #times = [];
  #y = TOP;
  #t = 0;
  #flights = 0;
  #columns = {};
  /** Each host's sockets, as in a model, and the state of its ribbon. */
  #hosts = { client: { order: [], sockets: {} }, server: { order: [], sockets: {} } };
  #ribbons = {};
  #calls = new Map();

  /** `floors` are least heights of events, by seq, so that they stand beside the events of another picture. */
  constructor(floors = new Map()) {
    this.#floors = floors;
  }

  /** Takes one more event; returns the keys of the items that are new or changed. */
  add(event) {
    this.#changed = new Set();
    const idle = event.t - this.#t;
    this.#y += this.#times.length ? height(idle, this.#flights > 0) : 0;
    if (idle > 1_000_000 && this.#flights === 0 && this.#times.length) {
      this.#put(`idle ${event.seq}`, { kind: "idle", y: this.#y - ROW / 2, us: idle });
    }
    this.#y = Math.max(this.#y, this.#floors.get(event.seq) ?? 0);
    this.#t = event.t;
    this[`_${event.type}`]?.(event);
    this.ys[event.seq] = this.#y;
    this.#times.push(event.t);
    // There is a height at which a line has begun and none of its events shows.
    if (event.type === "step" && event.phase === "begin") this.#y += 1;
    return this.#changed;
  }

  #changed = new Set();

  #put(key, item) {
    this.items.set(key, { ...this.items.get(key), ...item, key });
    this.#changed.add(key);
  }

  #keyframe() {
    if (this.keyframes.at(-1) !== this.#y) this.keyframes.push(this.#y);
  }

  /** Moves down until a word fits under the last one of its column. */
  #fit(column, distance = ROW) {
    this.#y = Math.max(this.#y, (this.#columns[column] ?? -Infinity) + distance);
    this.#columns[column] = this.#y;
  }

  _process(event) {
    if (["started", "forked"].includes(event.what)) return;
    this.#fit(`${event.host} calls`);
    this.#put(`process ${event.seq}`, { kind: "process", host: event.host, y: this.#y, what: event.what, actor: event.actor });
    const ended = ENDED.includes(event.what);
    for (const item of ended ? this.items.values() : []) {
      const unfinished = item.kind === "call" && item.host === event.host && item.actor === event.actor && item.end === undefined;
      if (unfinished) this.#put(item.key, { end: this.#y, waited: true });
    }
    this.#keyframe();
  }

  _host(event) {
    this.#fit(`${event.host} calls`);
    this.#put(`host ${event.seq}`, { kind: "host", host: event.host, y: this.#y, what: event.what, sysctl: event.sysctl });
    this.#keyframe();
  }

  _step() {
    this.#steps += 1;
  }

  #steps = 0;

  _call(event) {
    const column = `${event.host} calls`;
    if (event.phase === "enter") {
      this.#fit(column);
      this.#put(`call ${event.seq}`, { kind: "call", host: event.host, actor: event.actor, y: this.#y, text: (event.actor === event.host ? "" : `${event.actor}: `) + called(event), full: `${event.call}(${event.args.join(", ")})` });
      this.#calls.set(event.seq, { t: event.t, arrivals: this.#arrivals[event.host], steps: this.#steps });
      this.#keyframe();
      return;
    }
    const call = this.#calls.get(event.enter);
    if (!call) return;
    // A call waited if a segment arrived or another line was played before it returned. A call that did not wait stands on
    // one line with its result.
    const waited = this.#arrivals[event.host] > call.arrivals || this.#steps > call.steps || event.t - call.t > 20_000;
    if (waited) this.#fit(column);
    const end = waited ? this.#y : this.items.get(`call ${event.enter}`).y;
    this.#put(`call ${event.enter}`, { end, waited, exit: event.seq, gave: gave(event), failed: Boolean(event.errno) });
    this.#keyframe();
  }

  #arrivals = { client: 0, server: 0 };
  /** The last segment that each host sent. */
  #last = {};

  _segment(event) {
    const key = `segment ${event.id}`;
    if (event.phase === "held") {
      this.#flights -= 1;
      this.#put(key, { held: true });
    } else if (event.phase === "sent" || event.phase === "injected") {
      this.#fit(`${event.from} sends`, 15);
      const flight = height(Math.max((event.due ?? event.t) - event.t, 0), true);
      const { id, from, flags, len, data, ack_rel, retransmission } = event;
      const several = Object.values(this.#hosts).some(({ order }) => order.length > 1);
      // The names of segments that leave together stand beside each other.
      const before = this.#last[from];
      const lane = before && this.#y - before.y < 20 ? (before.lane + 1) % 3 : 0;
      this.#last[from] = { y: this.#y, lane };
      const of = several ? (from === "client" ? event.source : event.destination).replace(/.*:/, ":") : "";
      this.#put(key, { kind: "segment", id, from, flags, len, data, ack_rel, retransmission, of, lane, injected: event.phase === "injected", y: this.#y, end: this.#y + Math.max(FLIGHT, flight), open: true });
      this.#flights += 1;
    } else {
      if (!this.items.get(key)?.held) this.#flights -= 1;
      this.#y = Math.max(this.#y, (this.items.get(key)?.y ?? 0) + FLIGHT);
      this.#fit(`${event.to} receives`, 15); // the distance of segments that were sent one after the other
      this.#put(key, { end: this.#y, open: false, lost: event.phase === "dropped" });
      this.#arrivals[event.to] += 1;
    }
    this.#keyframe();
  }

  /** Many equal segments at once: one line stands for all of them. */
  _passed({ seq, from, segments, bytes }) {
    const to = from === "client" ? "server" : "client";
    this.#fit(`${from} sends`, 15);
    const y = this.#y;
    this.#y += FLIGHT;
    this.#fit(`${to} receives`, 15);
    this.#put(`passed ${seq}`, { kind: "segment", from, flags: ["ACK"], len: bytes, count: segments, y, end: this.#y, open: false });
    this.#arrivals[to] += 1;
    this.#keyframe();
  }

  _state(event) {
    const { host, to, observed, socket, type } = event;
    const key = keyOf(socket);
    const sockets = this.#hosts[host];
    sockets.sockets[key] = { key, name: socket.name, state: to };
    if (!isListener(socket) && !sockets.order.includes(key)) sockets.order.push(key);
    // One ribbon a host. A change of a socket that the ribbon does not show has words only.
    const stands = shown(sockets);
    const item = (socket, ribbon) => {
      const name = sockets.order.length > 1 ? `${socket.name ?? "?"}: ` : "";
      return { kind: "state", host, y: this.#y, state: socket.state, text: name + socket.state, ribbon, observed: true };
    };
    this.#fit(`${host} states`, 17);
    if (stands.key !== key && !isListener(socket)) {
      this.#put(`state ${event.seq}`, { ...item(sockets.sockets[key], false), observed: observed ?? true, gap: type === "gap" });
      this.#keyframe();
    }
    const shows = `${stands.key} ${stands.state}`;
    if (this.#ribbons[host] === shows) return;
    if (stands.key !== key && !isListener(socket)) this.#fit(`${host} states`, 17);
    this.#ribbons[host] = shows;
    const own = stands.key === key;
    this.#put(`ribbon ${event.seq}`, { ...item(stands, true), observed: own ? (observed ?? true) : true, gap: own && type === "gap" });
    this.changes.push(this.#y);
    this.#keyframe();
  }

  _gap(event) {
    this._state(event);
  }

  _end() {
    this.#keyframe();
  }

  /** The height of the picture. */
  get end() {
    return this.#y;
  }

  /** The number of events down to height y. */
  count(y) {
    return upper(this.ys, y);
  }

  /** The time at height y, in µs. */
  time(y) {
    const n = this.count(y);
    if (n === 0) return 0;
    if (n === this.ys.length) return this.#times[n - 1];
    const [y0, y1] = [this.ys[n - 1], this.ys[n]];
    const [t0, t1] = [this.#times[n - 1], this.#times[n]];
    return y1 > y0 ? t0 + ((t1 - t0) * (y - y0)) / (y1 - y0) : t0;
  }

  /** The height of time t. */
  y(t) {
    const n = upper(this.#times, t);
    if (n === 0 || n === this.ys.length) return this.ys[n - 1] ?? 0;
    const [y0, y1] = [this.ys[n - 1], this.ys[n]];
    return y0 + ((y1 - y0) * (t - this.#times[n - 1])) / (this.#times[n] - this.#times[n - 1]);
  }

  /** The height of a live run at time t, after its last event. */
  live(t) {
    return this.#y + height(Math.max(t - this.#t, 0), this.#flights > 0);
  }
}

/** How many of the ascending numbers are at most `limit`. */
function upper(numbers, limit) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
