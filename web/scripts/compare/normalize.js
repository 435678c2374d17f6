// Events → what matters of a run, in names that two runs share. Pure: knows no DOM, no clock and no socket.
//
// Numbers that a kernel hands out (process ids, descriptors, ports, sequence numbers) and times differ between two runs
// of the same script. Here a socket is the first or second of its host, a connection the first or second of the run, and
// a segment's numbers are relative. What is left differs only where the runs do.

import { ENDED, gave } from "../model/model.js";

/**
 * One thing that somebody did, or that came of it.
 * @typedef {object} Deed
 * @property {number} index its place among the deeds of its run
 * @property {number} seq the event's
 * @property {string} kind `enter`, `exit`, `state`, `sent`, `delivered`, `held`, `dropped`, `injected`, `process`, `host`, `order` or `end`
 * @property {string} item the key of what a Layout draws for it; "" where it draws nothing
 * @property {string} lane things of one lane happen one after the other; those of two lanes may do so in either order
 * @property {number|null} cause the index of the deed that made it happen, where one did
 * @property {string} key the same for deeds that are the same
 * @property {string} like the same for those that differ in no more than a number or a result
 * @property {number} line the script's line that was being played
 */

/** What a script does that is no call: to the wire, to a host, to a process. */
const ORDER = /^(wire|\S+ (kill|exit|stop|continue|crash|boot|link|sysctl|destroy|process|thread|fork))\b/;
/** The ports that a kernel chooses by itself begin here. */
const EPHEMERAL = 32768;
/** No run sends so much: a relative number beyond it belongs to another connection, and is as good as random. */
const FAR = 2 ** 26;

/** @returns {Deed[]} */
export function deeds(events) {
  const fold = new Fold();
  for (const event of events) fold.add(event);
  return fold.deeds;
}

class Fold {
  /** @type {Deed[]} */
  deeds = [];
  #line = 0;
  #order = null;
  /** By pid and descriptor the kernel's number of the socket, of each host; and those numbers in their order. */
  #files = { client: new Map(), server: new Map() };
  #inodes = { client: [], server: [] };
  #connections = [];
  /** Ports that a script asked for. */
  #asked = new Set();
  /** Indices of deeds: of calls by their enters' seq, of segments by their ids as they were sent and as they arrived. */
  #calls = new Map();
  #sent = new Map();
  #arrived = new Map();

  add(event) {
    this[`_${event.type}`]?.(event);
  }

  #put({ seq }, deed) {
    const index = this.deeds.length;
    this.deeds.push({ index, seq, cause: null, item: "", line: this.#line, like: deed.key, ...deed });
    return index;
  }

  _step(event) {
    if (event.phase !== "begin") return;
    this.#line = event.line;
    const text = bare(event.text);
    if (!ORDER.test(text)) return;
    const like = text.split(" ").slice(0, 2).join(" ");
    this.#order = this.#put(event, { kind: "order", lane: text.startsWith("wire") ? "wire" : "script", key: text, like });
  }

  /** The order that is being carried out. */
  #ordered() {
    return this.deeds[this.#order]?.line === this.#line ? this.#order : null;
  }

  _descriptors({ host, files }) {
    this.#files[host].clear();
    for (const { inode, descriptors } of files) {
      if (!this.#inodes[host].includes(inode)) this.#inodes[host].push(inode);
      for (const { pid, fd } of descriptors) this.#files[host].set(`${pid} ${fd}`, inode);
    }
  }

  /** A descriptor by the socket that it refers to. */
  #socket({ host, pid }, fd) {
    const inode = this.#files[host].get(`${pid} ${fd}`);
    return inode === undefined ? "no socket" : `socket ${this.#inodes[host].indexOf(inode) + 1}`;
  }

  _call(event) {
    const { host, actor, call, args, phase, enter } = event;
    const lane = `${host} ${actor}`;
    if (phase === "enter") {
      if (call === "bind") this.#asked.add(args[1].split(":")[1]);
      const told = args.map((arg, place) => (/^\d+$/.test(arg) && (place === 0 || call === "epoll_ctl") ? this.#socket(event, arg) : arg));
      const key = `${lane} ${call}(${told.join(", ")})`;
      const like = `${lane} ${call} ${told[0] ?? ""}`;
      return this.#calls.set(event.seq, this.#put(event, { kind: "enter", lane, item: `call ${event.seq}`, key, like }));
    }
    const cause = this.#calls.get(enter) ?? null;
    const made = event.made || (["accept", "socket", "dup", "epoll_create1"].includes(call) && event.result >= 0);
    const result = made ? "a descriptor" : gave(event).replace(/:(\d+)/g, (all, port) => (this.#asked.has(port) || port < EPHEMERAL ? all : ":"));
    const of = this.deeds[cause];
    const line = of?.line ?? this.#line;
    this.#put(event, { kind: "exit", lane, item: `call ${enter}`, cause, line, key: `${of?.key} = ${result}`, like: `${of?.like} =` });
  }

  /** A connection by its number, a listening socket by its port. */
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

  /** What made something happen: a deed, or what is no deed by its name. */
  #because(cause) {
    if (cause?.call !== undefined) return { cause: this.#calls.get(cause.call) ?? null, why: "" };
    if (cause?.segment !== undefined) return { cause: this.#arrived.get(cause.segment) ?? null, why: "" };
    if (cause?.timer !== undefined) return { cause: null, why: `${cause.timer} timer ` };
    return { cause: cause ? this.#ordered() : null, why: cause ? `${cause} ` : "" }; // kill, crash, destroy
  }

  /** The two programs that every run begins with are no deed. */
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

  /** A run that was played to its end ends as every such run does. */
  _end(event) {
    if (event.how !== "played") this.#put(event, { kind: "end", lane: "end", key: event.how });
  }
}

/** A line without what does not change what it does: its label, what it shall give, a remark. */
export function bare(text) {
  return text.replace(/\s+#.*$/, "").replace(/\s*(=>.*|&)$/, "").replace(/^\S+:\s+/, "").trim();
}
