// Events → a narration: what happened and why, in words, one row each. Pure: knows no DOM and no clock.

import { called, gave, nameOf } from "./model.js";

/**
 * A row is true from the event `seq` on. A row that joins two events has the time `t` of the first, and the seq of the
 * first as `began`. `where` is the host or the wire.
 * @typedef {{seq: number, began?: number, t: number, where: string, what: string, why: string, kind: string}} Row
 */

export class Narration {
  /** @type {Row[]} */
  rows = [];

  #words;
  #calls = new Map();
  #segments = new Map();
  #timers = new Map();

  constructor(words) {
    this.#words = words;
  }

  /** Takes one more event. Rows never change, but the last row may be replaced by a row that joins two events. */
  add(event) {
    const facts = this[`_${event.type}`]?.(event);
    if (!facts) return;
    const row = { seq: event.seq, t: event.t, where: event.host ?? "", why: "", kind: event.type, ...facts };
    // A call without effects whose result came at once is one row.
    const entered = this.rows.at(-1);
    const whole = event.type === "call" && entered?.enter !== undefined && entered.enter === event.enter && !event.cause;
    if (whole) this.rows[this.rows.length - 1] = { ...row, t: entered.t, began: entered.seq };
    else this.rows.push(row);
  }

  /** How many rows are true after the first n events. */
  count(n) {
    let [low, high] = [0, this.rows.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.rows[middle].seq < n) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  _step({ phase, line, text }) {
    return phase === "begin" && { what: this.#words("tell.line", { line, text }) };
  }

  _call(event) {
    if (event.phase === "enter") {
      this.#calls.set(event.seq, event);
      return { what: this.#by(event, this.#words("tell.calls", { call: called(event) })), enter: event.seq };
    }
    const facts = { call: called(event), gave: gave(event) };
    const what = event.errno ? this.#words("tell.fails", facts) : this.#words("tell.returns", facts);
    return { what: this.#by(event, what), why: event.cause ? this.#because(event.cause) : "", bad: Boolean(event.errno), gave: facts.gave };
  }

  _segment(event) {
    const { id, phase, from, to, retransmission, probe } = event;
    if (phase === "sent") {
      this.#segments.set(id, event);
      const key = probe ? "tell.probes" : retransmission ? "tell.sent_again" : "tell.sent";
      return { what: this.#words(key, { segment: this.#numbered(event) }), why: this.#whySent(event), where: from };
    }
    const segment = nameOf(event);
    if (phase === "delivered") return { what: this.#words("tell.delivered", { segment }), where: to };
    const wire = { where: this.#words("table.wire") };
    if (phase === "held") return { ...wire, what: this.#words("tell.held", { segment }) };
    if (phase === "dropped") return { ...wire, what: this.#words("tell.dropped", { segment }), why: this.#whyLost(event), bad: true };
    this.#segments.set(id, event);
    return { ...wire, what: this.#words("tell.injected", { segment: this.#numbered(event) }), why: this.#whyInjected(event) };
  }

  /** A segment with its numbers, in words. */
  #numbered({ flags, len, data, seq_rel, ack_rel }) {
    const controls = flags.filter((flag) => flag !== "PSH" && (flag !== "ACK" || len === 0));
    const bytes = len > 0 ? this.#words("tell.bytes", { len, data: data && len <= 12 ? JSON.stringify(data) : "" }).trim() : [];
    const name = controls.concat(bytes).join(", ");
    const sequence = seq_rel == null ? "" : this.#words("tell.sequence", { seq: seq_rel });
    return name + sequence + (ack_rel == null ? "" : this.#words("tell.acknowledges", { ack: ack_rel }));
  }

  #whySent({ from, cause, reset }) {
    if (reset) return this.#words(`reset.${reset}`, { host: from });
    // A timer that sends a segment has expired once; a timer that changes a state has expired for good.
    const again = { retransmit: "because.retransmit", keepalive: "because.keepalive", probe: "because.probe" }[cause?.timer];
    if (again) return this.#words(again);
    return cause ? this.#because(cause) : "";
  }

  #whyInjected({ reason }) {
    const copied = /^a copy of segment (\d+)/.exec(reason);
    return copied ? this.#words("because.copied", { id: copied[1] }) : this.#words("because.forged");
  }

  #whyLost({ reason }) {
    const key = { "the wire is cut": "because.cut", "dropped by the script": "because.dropped" }[reason];
    return key ? this.#words(key) : reason;
  }

  _state({ socket, from, to, cause, observed }) {
    const change = this.#of(socket, this.#words("tell.state", { from, to }));
    const segment = this.#segments.get(cause.segment);
    const reset = segment?.reset ? this.#words(`reset.${segment.reset}`, { host: segment.from }) : "";
    const why = cause.timer !== undefined ? this.#words(`cause.${cause.timer}`) : `${this.#because(cause)} ${reset}`.trim();
    return { what: observed ? change : `${change} (${this.#words("stage.inferred")})`, why, state: to };
  }

  _gap({ socket, from, to }) {
    return { what: this.#of(socket, this.#words("tell.state", { from, to })), why: this.#words("because.unknown"), state: to, kind: "state" };
  }

  /** A restarted timer has no row. */
  _timer({ host, socket, timer, expires_ms, retransmits }) {
    const key = `${host} ${socket.local} ${socket.peer}`;
    const [before, now] = [this.#timers.get(key), `${timer} ${retransmits}`];
    this.#timers.set(key, timer && now);
    if (before === (timer && now) || (!before && !timer)) return undefined;
    const time = expires_ms < 10_000 ? `${(expires_ms / 1000).toFixed(1)} s` : `${Math.round(expires_ms / 1000)} s`;
    const what = timer ? this.#words("tell.timer", { timer: this.#words(`timer.${timer}`, { time }) }) : this.#words("tell.timer_off");
    return { what: this.#of(socket, what) };
  }

  _process(event) {
    const text = this.#words(`process.${event.what}`);
    return { what: this.#by(event, `${text} (pid ${event.pid})`) };
  }

  _host({ what, sysctl }) {
    return { what: sysctl ?? this.#words(`host.${what}`) };
  }

  _check({ line, ok, expected, actual, claim }) {
    const facts = { line, expected, actual, claim };
    if (claim) return { what: this.#words(ok ? "tell.claim_true" : "tell.claim_false", facts) };
    return { what: this.#words(ok ? "tell.check_true" : "tell.check_false", facts), bad: !ok };
  }

  _end(event) {
    return { what: ending(this.#words, event), bad: isEarly(event) };
  }

  /** The cause of an event. */
  #because(cause) {
    if (cause.call !== undefined) return this.#words("because.call", { call: called(this.#calls.get(cause.call)) });
    if (cause.segment !== undefined) return this.#words("because.segment", { segment: nameOf(this.#segments.get(cause.segment)) });
    if (cause.timer !== undefined) return this.#words(`cause.${cause.timer}`);
    return this.#words(`because.${cause}`);
  }

  /** Actors and sockets are named where they are not the usual ones. */
  #by = ({ actor, host }, text) => (actor === host ? text : `${actor}: ${text}`);
  #of = ({ name }, text) => (!name || name === "conn" ? text : `${name}: ${text}`);
}

/** How a run ended, in words. */
export const ending = (words, end) => words(`end.${end.how === "too_long" && !end.line ? "time" : end.how}`, end);

/** Whether a run ended too early. */
export const isEarly = ({ how }) => !["played", "finished", "idle"].includes(how);
