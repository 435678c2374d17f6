// Events → where each stands in the picture. Pure: knows no DOM, no clock and no socket.
//
// Time flows down, but not evenly: a segment's flight is as long as the eye needs, an idle stretch is short, and no two
// words of a column stand on each other. The order of events is kept always.

import { ENDED, called, gave, isListener, keyOf, shown } from "./model.js";

/** The least height of a segment's flight. */
const FLIGHT = 46;
/** The least distance of two words in one column. */
const ROW = 20;
/** The height of a millisecond while a segment is under way: that of the least flight in 400 ms. */
const PER_MS = FLIGHT / 400;
/** Where the first event stands. */
export const TOP = 14;

/** Heights of a stretch of time, in px, by µs. */
function height(us, busy) {
  const ms = us / 1000;
  if (busy) return ms <= 400 ? ms * PER_MS : FLIGHT + 14 * Math.log2(ms / 400);
  return Math.min(ms * 0.03, 9) + (ms > 1000 ? ROW : 0);
}

export class Layout {
  /** What is drawn, by key; each item names its kind and where it stands. */
  items = new Map();
  /** Where each event stands: its y, by seq. */
  ys = [];
  /** Moments worth a step, and those at which a state changes. */
  moments = [];
  changes = [];

  #floors;
  #times = [];
  #y = TOP;
  #t = 0;
  #flights = 0;
  #columns = {};
  /** Of each host its sockets, as in a model, and what its ribbon shows. */
  #hosts = { client: { order: [], sockets: {} }, server: { order: [], sockets: {} } };
  #ribbons = {};
  #calls = new Map();

  /** `floors`: the heights, by seq, above which an event may not stand, so that it stands beside another picture's. */
  constructor(floors = new Map()) {
    this.#floors = floors;
  }

  /** Takes one more event; the keys of the items that are new or changed. */
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
    // There is a height at which a line has begun and nothing of it shows.
    if (event.type === "step" && event.phase === "begin") this.#y += 1;
    return this.#changed;
  }

  #changed = new Set();

  #put(key, item) {
    this.items.set(key, { ...this.items.get(key), ...item, key });
    this.#changed.add(key);
  }

  #moment() {
    if (this.moments.at(-1) !== this.#y) this.moments.push(this.#y);
  }

  /** Moves down until a word fits under the last one of its column. */
  #place(column, distance = ROW) {
    this.#y = Math.max(this.#y, (this.#columns[column] ?? -Infinity) + distance);
    this.#columns[column] = this.#y;
  }

  _process(event) {
    if (["started", "forked"].includes(event.what)) return;
    this.#place(`${event.host} calls`);
    this.#put(`process ${event.seq}`, { kind: "process", host: event.host, y: this.#y, what: event.what, actor: event.actor });
    const ended = ENDED.includes(event.what);
    for (const item of ended ? this.items.values() : []) {
      const unfinished = item.kind === "call" && item.host === event.host && item.actor === event.actor && item.end === undefined;
      if (unfinished) this.#put(item.key, { end: this.#y, waited: true });
    }
    this.#moment();
  }

  _host(event) {
    this.#place(`${event.host} calls`);
    this.#put(`host ${event.seq}`, { kind: "host", host: event.host, y: this.#y, what: event.what, sysctl: event.sysctl });
    this.#moment();
  }

  _step() {
    this.#steps += 1;
  }

  #steps = 0;

  _call(event) {
    const column = `${event.host} calls`;
    if (event.phase === "enter") {
      this.#place(column);
      this.#put(`call ${event.seq}`, { kind: "call", host: event.host, actor: event.actor, y: this.#y, text: (event.actor === event.host ? "" : `${event.actor}: `) + called(event), full: `${event.call}(${event.args.join(", ")})` });
      this.#calls.set(event.seq, { t: event.t, arrivals: this.#arrivals[event.host], steps: this.#steps });
      this.#moment();
      return;
    }
    const call = this.#calls.get(event.enter);
    if (!call) return;
    // It waited if something had to arrive, or another line had to be played, before it returned; else it stands on one
    // line with what it gave.
    const waited = this.#arrivals[event.host] > call.arrivals || this.#steps > call.steps || event.t - call.t > 20_000;
    if (waited) this.#place(column);
    const end = waited ? this.#y : this.items.get(`call ${event.enter}`).y;
    this.#put(`call ${event.enter}`, { end, waited, exit: event.seq, gave: gave(event), failed: Boolean(event.errno) });
    this.#moment();
  }

  #arrivals = { client: 0, server: 0 };
  /** Of each host, what it sent last. */
  #last = {};

  _segment(event) {
    const key = `segment ${event.id}`;
    if (event.phase === "held") {
      this.#flights -= 1;
      this.#put(key, { held: true });
    } else if (event.phase === "sent" || event.phase === "injected") {
      this.#place(`${event.from} sends`, 15);
      const flight = height(Math.max((event.due ?? event.t) - event.t, 0), true);
      const { id, from, flags, len, data, ack_rel, retransmission } = event;
      const several = Object.values(this.#hosts).some(({ order }) => order.length > 1);
      // The names of those that leave together stand beside each other, not on each other.
      const before = this.#last[from];
      const lane = before && this.#y - before.y < 20 ? (before.lane + 1) % 3 : 0;
      this.#last[from] = { y: this.#y, lane };
      const of = several ? (from === "client" ? event.source : event.destination).replace(/.*:/, ":") : "";
      this.#put(key, { kind: "segment", id, from, flags, len, data, ack_rel, retransmission, of, lane, injected: event.phase === "injected", y: this.#y, end: this.#y + Math.max(FLIGHT, flight), open: true });
      this.#flights += 1;
    } else {
      if (!this.items.get(key)?.held) this.#flights -= 1;
      this.#y = Math.max(this.#y, (this.items.get(key)?.y ?? 0) + FLIGHT);
      this.#place(`${event.to} receives`, 15); // as those that follow each other were sent
      this.#put(key, { end: this.#y, open: false, lost: event.phase === "dropped" });
      this.#arrivals[event.to] += 1;
    }
    this.#moment();
  }

  /** Many at once, each like the others: one line stands for all of them. */
  _passed({ seq, from, segments, bytes }) {
    const to = from === "client" ? "server" : "client";
    this.#place(`${from} sends`, 15);
    const y = this.#y;
    this.#y += FLIGHT;
    this.#place(`${to} receives`, 15);
    this.#put(`passed ${seq}`, { kind: "segment", from, flags: ["ACK"], len: bytes, count: segments, y, end: this.#y, open: false });
    this.#arrivals[to] += 1;
    this.#moment();
  }

  _state(event) {
    const { host, to, observed, socket, type } = event;
    const key = keyOf(socket);
    const sockets = this.#hosts[host];
    sockets.sockets[key] = { key, name: socket.name, state: to };
    if (!isListener(socket) && !sockets.order.includes(key)) sockets.order.push(key);
    // One ribbon a host. What happens to a socket that it does not show is only said.
    const stands = shown(sockets);
    const item = (socket, ribbon) => {
      const name = sockets.order.length > 1 ? `${socket.name ?? "?"}: ` : "";
      return { kind: "state", host, y: this.#y, state: socket.state, text: name + socket.state, ribbon, observed: true };
    };
    this.#place(`${host} states`, 17);
    if (stands.key !== key && !isListener(socket)) {
      this.#put(`state ${event.seq}`, { ...item(sockets.sockets[key], false), observed: observed ?? true, gap: type === "gap" });
      this.#moment();
    }
    const shows = `${stands.key} ${stands.state}`;
    if (this.#ribbons[host] === shows) return;
    if (stands.key !== key && !isListener(socket)) this.#place(`${host} states`, 17);
    this.#ribbons[host] = shows;
    const own = stands.key === key;
    this.#put(`ribbon ${event.seq}`, { ...item(stands, true), observed: own ? (observed ?? true) : true, gap: own && type === "gap" });
    this.changes.push(this.#y);
    this.#moment();
  }

  _gap(event) {
    this._state(event);
  }

  _end() {
    this.#moment();
  }

  /** How far down the picture goes. */
  get end() {
    return this.#y;
  }

  /** How many events have happened at height y. */
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

  /** Where time t stands. */
  y(t) {
    const n = upper(this.#times, t);
    if (n === 0 || n === this.ys.length) return this.ys[n - 1] ?? 0;
    const [y0, y1] = [this.ys[n - 1], this.ys[n]];
    return y0 + ((y1 - y0) * (t - this.#times[n - 1])) / (this.#times[n] - this.#times[n - 1]);
  }

  /** Where a live run stands at time t, which is later than its last event. */
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
