// Events → comparable entries: what matters of a run, in names that two runs share. Pure: knows no DOM, no clock and no
// socket.
//
// Numbers that a kernel hands out (process ids, descriptors, ports, sequence numbers) and times differ between two runs
// of the same script. Here a socket is the first or second of its host, a connection the first or second of the run, and
// a segment's numbers are relative. What is left differs only where the runs do.

import { ENDED, gave } from "../model/model.js";

/**
 * One entry: an act of an actor, or an effect.
 * @typedef {object} Entry
 * @property {number} index the entry's index among those of its run
 * @property {number} seq the event's
 * @property {string} kind `enter`, `exit`, `state`, `sent`, `delivered`, `held`, `dropped`, `injected`, `process`, `host`, `order` or `end`
 * @property {string} item the key of the Layout's item for the entry; "" where there is none
 * @property {string} lane entries of one lane happen in order; entries of two lanes may happen in either order
 * @property {number|null} cause the index of the entry that caused this one, if any
 * @property {string} key equal for entries that are the same
 * @property {string} [call] the name of a call that begins
 * @property {string} like equal for entries that differ in no more than a number or a result
 * @property {number} line the script's line that was playing
 */

/** The kinds of lines that make no call: for the wire, a host or a process. */
const ORDERS = ["wire", "host", "signal", "exit", "start"];
/** The first port that a kernel chooses by itself. */
const EPHEMERAL = 32768;
/** The largest relative number that a run reaches. A larger one belongs to another connection and is as good as random. */
const FAR = 2 ** 26;

/** @returns {Entry[]} */
export function normalize(events) {
  const fold = new Fold();
  for (const event of events) fold.add(event);
  return fold.entries;
}

class Fold {
  /** @type {Entry[]} */
  entries = [];
  #line = 0;
  #order = null;
  /** Socket inodes of each host, by pid and descriptor, and in the order of their appearance. */
  #files = { client: new Map(), server: new Map() };
  #inodes = { client: [], server: [] };
  #connections = [];
  /** Ports that a script asked for. */
  #asked = new Set();
  /** Indices of entries: calls by the seq of their enter, segments by id, sent and delivered. */
  #calls = new Map();
  #sent = new Map();
  #arrived = new Map();

  add(event) {
    this[`_${event.type}`]?.(event);
  }

  #put({ seq }, entry) {
    const index = this.entries.length;
    this.entries.push({ index, seq, cause: null, item: "", line: this.#line, like: entry.key, ...entry });
    return index;
  }

  _step(event) {
    if (event.phase !== "begin") return;
    this.#line = event.line;
    const { kind, action, actor, verb } = event;
    if (!ORDERS.includes(kind)) return;
    this.#order = this.#put(event, { kind: "order", lane: kind === "wire" ? "wire" : "script", key: action, like: `${actor ?? "wire"} ${verb}` });
  }

  /** The index of the order that is playing. */
  #ordered() {
    return this.entries[this.#order]?.line === this.#line ? this.#order : null;
  }

  _descriptors({ host, files }) {
    this.#files[host].clear();
    for (const { inode, descriptors } of files) {
      if (!this.#inodes[host].includes(inode)) this.#inodes[host].push(inode);
      for (const { pid, fd } of descriptors) this.#files[host].set(`${pid} ${fd}`, inode);
    }
  }

  /** The name of the socket behind a descriptor. */
  #socket({ host, pid }, fd) {
    const inode = this.#files[host].get(`${pid} ${fd}`);
    return inode === undefined ? "no socket" : `socket ${this.#inodes[host].indexOf(inode) + 1}`;
  }

  _call(event) {
    const { host, actor, call, args, phase, enter } = event;
    const lane = `${host} ${actor}`;
    if (phase === "enter") {
      if (call === "bind") this.#asked.add(args[1].split(":")[1]);
      const named = args.map((arg, index) => (/^\d+$/.test(arg) && (index === 0 || call === "epoll_ctl") ? this.#socket(event, arg) : arg));
      const key = `${lane} ${call}(${named.join(", ")})`;
      const like = `${lane} ${call} ${named[0] ?? ""}`;
      return this.#calls.set(event.seq, this.#put(event, { kind: "enter", lane, item: `call ${event.seq}`, call, key, like }));
    }
    const cause = this.#calls.get(enter) ?? null;
    const made = event.made || (["accept", "socket", "dup", "epoll_create1"].includes(call) && event.result >= 0);
    const result = made ? "a descriptor" : gave(event).replace(/:(\d+)/g, (all, port) => (this.#asked.has(port) || port < EPHEMERAL ? all : ":"));
    const of = this.entries[cause];
    const line = of?.line ?? this.#line;
    this.#put(event, { kind: "exit", lane, item: `call ${enter}`, cause, line, key: `${of?.key} = ${result}`, like: `${of?.like} =` });
  }

  /** The name of a connection, by its number; of a listening socket, by its port. */
  #connection(host, { local, peer }) {
    if (peer === "0.0.0.0:0") return `listener${local.replace(/.*:/, ":")}`;
    const key = host === "client" ? `${local} ${peer}` : `${peer} ${local}`;
    if (!this.#connections.includes(key)) this.#connections.push(key);
    return `connection ${this.#connections.indexOf(key) + 1}`;
  }

  _segment(event) {
    const { id, from, to, phase, source, destination, flags, seq_rel, ack_rel, len } = event;
    const connection = this.#connection(from, { local: source, peer: destination });
    const shape = `${from} ${connection} ${flags.join()}`;
    const near = (number) => (number > FAR ? "elsewhere" : number);
    const key = `${shape} ${near(seq_rel)} ${near(ack_rel)} ${len}${event.retransmission ? " again" : ""}${event.probe ? " probe" : ""}`;
    const item = `segment ${id}`;
    const sent = this.#sent.get(id) ?? null;
    if (phase === "sent") {
      const made = { ...this.#because(event.cause), kind: "sent", lane: `${from} ${connection}`, item };
      this.#sent.set(id, this.#put(event, { ...made, key: `${key} ${made.why}${event.reset ?? ""}`, like: shape }));
    } else if (phase === "injected") {
      this.#sent.set(id, this.#put(event, { kind: "injected", lane: "wire", item, key: `injected ${key}`, like: `injected ${shape}` }));
    } else {
      const lane = phase === "delivered" ? `${to} ${connection}` : "wire";
      const index = this.#put(event, { kind: phase, lane, item, cause: sent, key: `${phase} ${key}`, like: `${phase} ${shape}` });
      if (phase === "delivered") this.#arrived.set(id, index);
    }
  }

  _state(event) {
    const { host, socket, from, to, cause, observed } = event;
    const connection = this.#connection(host, socket);
    const made = { ...this.#because(cause), kind: "state", lane: `${host} ${connection}`, item: `state ${event.seq}` };
    const known = event.type === "gap" ? " gap" : observed ? "" : " inferred";
    this.#put(event, { ...made, key: `${host} ${connection} ${from} ${to}${known} ${made.why}`, like: `${host} ${connection} ${from}` });
  }

  _gap(event) {
    this._state(event);
  }

  /** The cause of an event: the index of an entry, or a name where the cause has none. */
  #because(cause) {
    if (cause?.call !== undefined) return { cause: this.#calls.get(cause.call) ?? null, why: "" };
    if (cause?.segment !== undefined) return { cause: this.#arrived.get(cause.segment) ?? null, why: "" };
    if (cause?.timer !== undefined) return { cause: null, why: `${cause.timer} timer ` };
    return { cause: cause ? this.#ordered() : null, why: cause ? `${cause} ` : "" }; // kill, crash, destroy
  }

  /** The two programs that every run begins with have no entry. */
  _process(event) {
    const { host, actor, what } = event;
    if (what === "started" && actor === host) return;
    const item = ["started", "forked"].includes(what) ? "" : `process ${event.seq}`;
    const lane = ENDED.includes(what) ? `${host} ${actor}` : `${host} processes`;
    this.#put(event, { kind: "process", lane, item, cause: this.#ordered(), key: `${host} ${actor} ${what}` });
  }

  _host(event) {
    const { host, what, sysctl } = event;
    const like = `${host} ${what}`;
    const cause = this.#ordered();
    this.#put(event, { kind: "host", lane: `${host} host`, item: `host ${event.seq}`, cause, key: `${like} ${sysctl ?? ""}`, like });
  }

  /** The end of a run that was not played to its end. */
  _end(event) {
    if (event.how !== "played") this.#put(event, { kind: "end", lane: "end", key: event.how });
  }
}
