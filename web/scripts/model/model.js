// Events → the model that views show. Pure: knows no DOM, no clock and no socket.
//
// A model never changes: `apply` returns the next one, which shares its unchanged parts with the last.

/**
 * An event: server/event.rs has the whole vocabulary.
 * @typedef {{seq: number, t: number, type: string, host?: "client"|"server"}} Event
 */

/**
 * A line of a script with the parser's facts (server/event/line_facts.rs); a line that does nothing has no `kind`.
 * @typedef {{text: string, kind?: string, action?: string, label?: string, claim?: string, actor?: string, verb?: string,
 *            waits_for?: string, background?: boolean}} Line
 */

/** The lines of a text, or a list of texts, with facts about each. @returns {Line[]} */
export function withFacts(texts, facts = []) {
  return texts.map((text, index) => ({ text, ...facts[index] }));
}

const noHost = { address: "", actors: {}, files: [], sockets: {}, order: [] };

/** The model before the first event. */
export const nothing = {
  t: 0,
  run: null,
  /** The lines of the script as it is now, and each line's number in the given script; 0 for a line that was added.
   * @type {Line[]} */
  script: [],
  given: [],
  line: 0,
  steps: {},
  calls: {},
  segments: {},
  hosts: { client: noHost, server: noHost },
  change: null,
  /** The time at which an open run without new lines ends, µs; null while that is far. */
  idle: null,
  ended: null,
};

/** The lines of a script, without their ends. An empty script has none. */
export const scriptLines = (script) => (script === "" ? [] : script.replace(/\r?\n$/, "").split(/\r?\n/));

/** The model after one more event. */
export function apply(model, event) {
  const next = { ...model, t: event.t };
  return handlers[event.type]?.(next, event) ?? next;
}

/** The ends of a process: killed by the script, killed from outside, or by itself. */
export const ENDED = ["killed", "lost", "exited"];

const handlers = {
  run(model, event) {
    const host = (name) => ({ ...noHost, address: event.hosts[name].address });
    const script = withFacts(scriptLines(event.script), event.lines);
    const given = script.map((_, index) => index + 1);
    return { ...model, run: event, script, given, hosts: { client: host("client"), server: host("server") } };
  },

  script(model, { at, remove, insert, lines }) {
    const by = insert.length - remove;
    const moved = (line) => (line < at + remove ? line : line + by);
    const steps = Object.fromEntries(Object.entries(model.steps).map(([line, step]) => [moved(Number(line)), step]));
    const calls = by === 0 ? model.calls : mapped(model.calls, (call) => ({ ...call, line: moved(call.line) }));
    // The first of the lines that replace a line is that line with more detail.
    const same = model.given.slice(at - 1, at - 1 + remove);
    return {
      ...model,
      line: moved(model.line),
      script: model.script.toSpliced(at - 1, remove, ...withFacts(insert, lines)),
      given: model.given.toSpliced(at - 1, remove, ...insert.map((_, index) => same[index] ?? 0)),
      steps,
      calls,
    };
  },

  idle: (model, event) => ({ ...model, idle: event.ends_in_ms < model.run.idle_limit_ms ? event.t + event.ends_in_ms * 1000 : null }),

  step(model, event) {
    const begin = event.phase === "begin" ? event.seq : model.steps[event.line]?.begin;
    const step = { ...model.steps[event.line], phase: event.phase, begin };
    const steps = { ...model.steps, [event.line]: step };
    // A visitor's line for the wire may end in the middle of another line.
    const going = event.phase === "end" ? Object.keys(steps).findLast((line) => steps[line].phase === "begin") : undefined;
    return { ...model, line: Number(going ?? event.line), idle: null, steps };
  },

  process(model, event) {
    const { pid, tid } = event;
    const alive = !ENDED.includes(event.what);
    return inActor(model, event, (actor) => ({ ...(actor ?? { results: [] }), pid, tid, alive, call: alive ? actor?.call : null }));
  },

  descriptors: (model, event) => inHost(model, event.host, (host) => closed({ ...host, files: event.files }, host)),

  call(model, event) {
    if (event.phase === "enter") {
      const calls = { ...model.calls, [event.seq]: { line: model.line, event } };
      return inActor({ ...model, calls }, event, (actor) => ({ ...actor, call: event }));
    }
    const line = model.calls[event.enter]?.line ?? model.line;
    const step = { ...model.steps[line], gave: gave(event), exit: event.seq };
    const steps = prepares(event) ? model.steps : { ...model.steps, [line]: step };
    return inActor({ ...model, steps }, event, (actor) => ({
      ...actor,
      call: null,
      results: [event, ...actor.results].slice(0, 3),
    }));
  },

  segment(model, event) {
    // The cause and the bytes are in the first event alone.
    const segments = { ...model.segments, [event.id]: { ...model.segments[event.id], ...event } };
    return { ...model, segments };
  },

  state(model, event) {
    // Received data may still be read after the connection is gone; unsent data never leaves.
    const over = event.to === "CLOSED" ? { send: 0, timer: null } : {};
    const path = (socket) => [...(event.from === "CLOSED" ? [] : socket.path), ...steps(model, event, socket)];
    const changed = inSocket(model, event, (socket) => ({ ...socket, state: event.to, path: path(socket), ...over }));
    return event.type === "gap" ? changed : { ...changed, change: event };
  },

  gap: (model, event) => handlers.state(model, event),

  queue: (model, event) => inSocket(model, event, (socket) => ({ ...socket, recv: event.recv_q, send: event.send_q })),

  timer(model, event) {
    const limit = event.user_timeout_ms === undefined ? null : event.t + event.user_timeout_ms * 1000;
    const [end, length, again] = [event.t + event.expires_ms * 1000, event.expires_ms * 1000, event.retransmits];
    const timer = event.timer && { name: event.timer, end, length, again, limit };
    return inSocket(model, event, (socket) => ({ ...socket, timer }));
  },

  check(model, event) {
    const step = { ...model.steps[event.line], check: event };
    return { ...model, steps: { ...model.steps, [event.line]: step } };
  },

  end: (model, event) => ({ ...model, ended: event }),
};

const mapped = (object, change) => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));

/** The steps that a change of state adds to a socket's path; the first change adds the state before it too. */
function steps({ segments }, { seq, type, from, to, observed, cause }, { path }) {
  const reset = segments[cause?.segment]?.flags.includes("RST") ?? false;
  const step = { seq, state: to, observed: observed ?? true, gap: type === "gap", reset };
  return path.length && from !== "CLOSED" ? [step] : [{ seq, state: from, observed: true, gap: false, reset: false }, step];
}

/** A socket's received data is lost when no descriptor refers to the socket any more. */
function closed(host, before) {
  const open = host.files.map((file) => file.inode);
  const names = before.files.filter((file) => !open.includes(file.inode)).map((file) => file.socket);
  if (names.length === 0) return host;
  const entries = Object.entries(host.sockets).map(([key, socket]) => [key, names.includes(socket.name) ? { ...socket, recv: 0 } : socket]);
  return { ...host, sockets: Object.fromEntries(entries) };
}

function inHost(model, name, change) {
  return { ...model, hosts: { ...model.hosts, [name]: change(model.hosts[name]) } };
}

function inActor(model, event, change) {
  const { host, actor } = event;
  return inHost(model, host, (it) => ({ ...it, actors: { ...it.actors, [actor]: change(it.actors[actor]) } }));
}

function inSocket(model, event, change) {
  const key = keyOf(event.socket);
  return inHost(model, event.host, (host) => {
    const before = host.sockets[key] ?? { key, ...event.socket, state: "CLOSED", path: [], recv: 0, send: 0, timer: null };
    const socket = change({ ...before, name: event.socket.name ?? before.name });
    const order = host.order.includes(key) || isListener(socket) ? host.order : [...host.order, key];
    return { ...host, sockets: { ...host.sockets, [key]: socket }, order };
  });
}

/** The key of a connection or a listening socket among those of its host. */
export const keyOf = (socket) => `${socket.local} ${socket.peer}`;

export const isListener = (socket) => socket.peer === "0.0.0.0:0";

/**
 * The socket that represents a host: the newest connection that is not closed, or else the newest one; before the first
 * connection the listening socket.
 */
export function shown({ order, sockets }) {
  const open = order.filter((key) => sockets[key].state !== "CLOSED");
  return sockets[open.at(-1) ?? order.at(-1)] ?? Object.values(sockets)[0] ?? null;
}

/**
 * The states of a host's socket from the first on. The path of an accepted connection begins with that of its listening
 * socket.
 */
export function pathOf({ sockets }, socket) {
  const path = socket?.path ?? [];
  if (path[0]?.state !== "LISTEN") return path;
  const listener = Object.values(sockets).find((other) => isListener(other) && other.path.some(({ seq }) => seq < path[0].seq));
  return [...(listener?.path ?? []).filter(({ seq, state }) => seq < path[0].seq && state !== "LISTEN"), ...path];
}

/** A host's other connections that are not closed. */
export function others(host) {
  const first = shown(host);
  return host.order.map((key) => host.sockets[key]).filter((socket) => socket !== first && socket.state !== "CLOSED");
}

/** The result of a call in a word. */
export function gave(exit) {
  if (exit.errno) return exit.errno;
  if (exit.words) return exit.words;
  return exit.data === undefined ? String(exit.result) : JSON.stringify(exit.data);
}

/** Whether a call only prepares, as `socket` before `connect`: a line's result is that of its last call, or the first failure. */
export const prepares = ({ call, args, errno }) =>
  (["socket", "bind", "epoll_create1", "epoll_ctl"].includes(call) && !errno) || (call === "close" && args[0].includes("<eventpoll>"));

/** The current number of a line of the given script, or of the first line behind it; Infinity for none. */
export function lineNow({ given }, line) {
  const index = given.findIndex((number) => number >= line);
  return index < 0 ? Infinity : index + 1;
}

/** The `seq` of the beginning of a line, numbered as after n events; the beginning may lie ahead. */
export function beginOf(history, n, line) {
  const now = history.at(n);
  const end = history.at(history.events.length);
  const given = now.given[line - 1];
  return now.steps[line]?.begin ?? (given ? end.steps[end.given.indexOf(given) + 1]?.begin : undefined);
}

/** A call as a program would write it, with its important arguments. */
export function called({ call, args }) {
  const few = { connect: 1, listen: 1, recv: 1, send: 2, socket: 0, setsockopt: 2, bind: 2, poll: 1, epoll_wait: 1 };
  return `${call}(${args.slice(0, few[call] ?? args.length).join(", ")})`;
}

/** A segment's kind, which decides its colour and its shape. */
export function kindOf({ flags, len }) {
  const has = (flag) => flags.includes(flag);
  return has("RST") ? "rst" : has("FIN") ? "fin" : has("SYN") ? "syn" : len > 0 ? "data" : "ack";
}

/** The label on a segment's line. */
export function nameOf({ flags, len, data, ack_rel, retransmission, of, count }) {
  if (count) return len > 0 ? `×${count}, ${len} B` : `ACK ×${count}`;
  const controls = flags.filter((flag) => flag !== "PSH" && (flag !== "ACK" || len === 0));
  const bytes = len > 0 ? `${len} B${data && data.length <= 12 ? ` ${JSON.stringify(data)}` : ""}` : "";
  const number = controls.join() === "ACK" && ack_rel != null ? ` ${ack_rel}` : "";
  return [controls.join(", ") + number, bytes, retransmission ? "↻" : "", of].filter(Boolean).join(" ");
}

/** A time in a suitable unit. */
export function duration(us) {
  if (us < 1000) return `${Math.round(us)} µs`;
  if (us < 1_000_000) return `${(us / 1000).toFixed(us < 10_000 ? 1 : 0)} ms`;
  return `${(us / 1e6).toFixed(us < 1e7 ? 1 : 0)} s`;
}

/** All models of a run: `at(n)` is the model after the first n events. */
export class History {
  #every = 64;
  #events = [];
  #snapshots = [nothing];

  add(event) {
    this.#events.push(event);
    if (this.#events.length % this.#every === 0) {
      this.#snapshots.push(this.at(this.#events.length));
    }
  }

  get events() {
    return this.#events;
  }

  at(n) {
    const from = Math.min(Math.floor(n / this.#every), this.#snapshots.length - 1);
    return this.#events.slice(from * this.#every, n).reduce(apply, this.#snapshots[from]);
  }
}
