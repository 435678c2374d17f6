// The server's API: live runs over a WebSocket, recordings, and requests.

/** A refusal by the server. `answer` is its JSON: `error` names the reason, further fields have details. */
export class ApiError extends Error {
  constructor(answer) {
    super(answer.error);
    this.answer = answer;
  }
}

/** Sends a request; every failure is thrown as an `ApiError`. */
export async function ask(address, request) {
  const response = await fetch(address, request).catch(() => null);
  if (!response) throw new ApiError({ error: "server" });
  if (response.ok) return response;
  throw new ApiError(await response.json().catch(() => ({ error: "other", message: response.statusText })));
}

/** Posts JSON. */
export function post(address, request, headers = {}) {
  return ask(address, { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(request) });
}

/** An answer's JSON. */
export const read = async (answer) => (await answer).json();

/** Starts a run; returns its id and the address of its events. This tab may act on the run: the run's key is kept here. */
export async function start(request) {
  const started = await read(post("/api/runs", request));
  remember(started);
  return started;
}

/** The events of a recording. The browser's cache may have them from before events had facts about lines. */
export async function recording(address) {
  const read = async (request) => parse(await (await ask(address, request)).text());
  const events = await read();
  const isOld = events[0]?.type === "run" && !events[0].lines;
  return isOld ? read({ cache: "reload" }) : events;
}

/** Plays a run at full speed to its end; returns its events. */
export async function played(request, { onWait = () => {} } = {}) {
  const started = await start({ ...request, pace: "full" });
  const events = [];
  return new Promise((resolve, reject) => {
    follow(started, {
      onEvents(more) {
        events.push(...more);
        if (more.at(-1).type === "end") resolve(events);
      },
      onLost: () => {},
      onWait,
      onGone: () => reject(new ApiError({ error: "gone" })),
    });
  });
}

/**
 * Follows a live run from its first event to its last. A lost connection is made again and goes on after the last event
 * that came: `onLost` and `onFound` are called. `onGone` is called when the server does not know the run any more,
 * `onWait` with the run's position in the queue. Returns a function that ends the following.
 */
export function follow({ id, events: address }, { onEvents, onLost, onFound, onGone, onWait }) {
  const origin = location.origin.replace(/^http/, "ws");
  let next = 0;
  let over = false;
  let delay = 250;
  let socket;
  const connect = () => {
    socket = new WebSocket(`${origin}${address}?from=${next}`);
    socket.onopen = () => onFound?.();
    socket.onmessage = ({ data }) => {
      const events = parse(data);
      if (events[0].waiting) return onWait(events[0].waiting);
      next = events.at(-1).seq + 1;
      over = events.at(-1).type === "end";
      delay = 250;
      onEvents(events);
    };
    socket.onclose = () => {
      if (over) return;
      onLost();
      setTimeout(again, delay);
      delay = Math.min(delay * 2, 5000);
    };
  };
  const again = async () => {
    const known = await fetch(`/api/runs/${id}`).catch(() => null);
    if (over) return;
    if (known?.status === 404) return onGone();
    connect();
  };
  connect();
  return () => {
    over = true;
    socket.close();
  };
}

/** Has the server keep a run; returns the recording's `id` and the `address` of its page. */
export const keep = (run) => read(post("/api/recordings", { run }));

/** Asks a run to end soon. A run of another visitor goes on. */
export const stop = (id) => fetch(`/api/runs/${id}`, { method: "DELETE", headers: authorized(id) }).catch(() => null);

/** Sends a line to a run; resolves with the line's number once the run has begun it. A blank line only keeps the run going. */
export const sendLine = async (id, line) => (await read(post(`/api/runs/${id}/lines`, { line }, authorized(id)))).line;

/** Whether this tab may act on a run. */
export const isOwn = (id) => keyOf(id) !== null;

const keys = new Map();

function remember({ id, key }) {
  keys.set(id, key);
  try {
    sessionStorage.setItem(`key:${id}`, key);
  } catch {
    // the key lasts as long as the page
  }
}

function keyOf(id) {
  try {
    return keys.get(id) ?? sessionStorage.getItem(`key:${id}`);
  } catch {
    return null;
  }
}

const authorized = (id) => (isOwn(id) ? { authorization: `Bearer ${keyOf(id)}` } : {});

const parse = (lines) => lines.split("\n").filter(Boolean).map((line) => JSON.parse(line));
