// Two names for one result: Linux's, which the run observed, and Winsock's, which Windows documents for the same
// situation. Pure: knows no DOM. The situation is concluded from the earlier events. A result that Windows does not
// document for a situation has no name here.

import { gave } from "./model.js";

/** Names that do not depend on the situation. */
const ALWAYS = {
  ECONNRESET: ["WSAECONNRESET", 10054],
  ECONNABORTED: ["WSAECONNABORTED", 10053],
  ECONNREFUSED: ["WSAECONNREFUSED", 10061],
  EBADF: ["WSAENOTSOCK", 10038],
  EHOSTUNREACH: ["WSAEHOSTUNREACH", 10065],
  ENETUNREACH: ["WSAENETUNREACH", 10051],
  ENOTCONN: ["WSAENOTCONN", 10057],
  EADDRINUSE: ["WSAEADDRINUSE", 10048],
  EADDRNOTAVAIL: ["WSAEADDRNOTAVAIL", 10049],
  EAGAIN: ["WSAEWOULDBLOCK", 10035],
};
const SHUTDOWN = ["WSAESHUTDOWN", 10058];
const ABORTED = ["WSAECONNABORTED", 10053];

/**
 * Winsock's name for the result of a call, or undefined. The situation of the call's socket: `reads` and `writes` say
 * whether that direction is still open here, `connected` whether the socket ever was, `end` how its connection ended
 * (`reset`, `destroy`, or the name of a timer).
 */
export function winsock({ call, errno, words, cause }, { reads, writes, connected, end }) {
  const error = errno ?? (call === "getsockopt" && /^E[A-Z]+$/.test(words) ? words : undefined);
  if (call === "recv" && !error && !reads) return SHUTDOWN;
  if (error === "EPIPE") {
    if (!writes) return SHUTDOWN;
    if (end === "reset" || end === "destroy") return ABORTED;
    return connected ? undefined : ALWAYS.ENOTCONN;
  }
  if (error === "ETIMEDOUT") {
    return (cause?.timer ?? end) === "keepalive" ? ["WSAENETRESET", 10052] : ["WSAETIMEDOUT", 10060];
  }
  return ALWAYS[error];
}

/** Folds a run's events into the names of its results: results of calls, and of checks of a call. */
export class Winsock {
  /** Names by the seq of the exit or of the check. */
  names = new Map();
  #files = { client: [], server: [] };
  #resets = new Set();
  /** The ends of connections, and all connections, by host and socket's name. */
  #ends = new Map();
  #connected = new Set();
  /** The seq since which a direction is shut down, by the socket's inode: a dup'd descriptor has the same one. */
  #shut = { read: new Map(), write: new Map() };
  /** The step that is playing, and the results in it. */
  #step = null;
  #exits = [];
  #last = {};

  add(event) {
    this[`_${event.type}`]?.(event);
  }

  _step(event) {
    if (event.phase === "begin") [this.#step, this.#exits] = [event, []];
  }

  _descriptors({ host, files }) {
    this.#files[host] = files;
  }

  _segment({ id, flags }) {
    if (flags.includes("RST")) this.#resets.add(id);
  }

  _state({ host, socket, from, to, cause }) {
    const key = `${host} ${socket.name}`;
    this.#connected.add(key);
    if (to !== "CLOSED") this.#ends.delete(key);
    else if (from !== "TIME_WAIT") this.#ends.set(key, this.#resets.has(cause.segment) ? "reset" : (cause.timer ?? cause));
  }

  _call(event) {
    if (event.phase !== "exit") return;
    const { seq, host, actor, call, args, enter, result, made } = event;
    if (call === "accept" && made) this.#connected.add(`${host} ${made}`);
    const file = this.#files[host].find(({ descriptors }) => descriptors.some(({ pid, fd }) => pid === event.pid && fd === Number(args[0])));
    const since = (direction) => this.#shut[direction].get(file?.inode) ?? Infinity;
    if (call === "shutdown" && result === 0 && file) {
      if (args[1] !== "SHUT_WR") this.#shut.read.set(file.inode, seq);
      if (args[1] !== "SHUT_RD") this.#shut.write.set(file.inode, seq);
    }
    const key = `${host} ${file?.socket}`;
    const situation = { reads: enter < since("read"), writes: enter < since("write"), connected: this.#connected.has(key), end: this.#ends.get(key) };
    const name = winsock(event, situation);
    if (name) this.names.set(seq, name);
    this.#exits.push(event);
    this.#last[actor] = event;
  }

  /** A check of the line's call, or of the call that the line waited for. */
  _check({ seq, actual }) {
    const { kind, waits_for: waited } = this.#step;
    if (kind === "expect") return;
    const exit = waited ? this.#last[waited] : this.#exits.at(-1);
    const name = this.names.get(exit?.seq);
    if (name && gave(exit) === actual) this.names.set(seq, name);
  }
}
