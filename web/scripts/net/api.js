// Where events come from: a live run over its WebSocket, or a recording.

/** What the server said when it refused: `error` says what, the rest says more. */
export class Refused extends Error {
  constructor(answer) {
    super(answer.error);
    this.answer = answer;
  }
}

/** Asks the server for something; whatever keeps it from giving that is thrown as `Refused`. */
export async function ask(address, request) {
  const response = await fetch(address, request).catch(() => null);
  if (!response) throw new Refused({ error: "server" });
  if (response.ok) return response;
  throw new Refused(await response.json().catch(() => ({ error: "other", message: response.statusText })));
}

/** The same for what is posted as JSON. */
export function post(address, wanted, headers = {}) {
  return ask(address, { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(wanted) });
}

/** An answer's JSON. */
export const read = async (answer) => (await answer).json();

/** Starts a run; its id and the address of its events. Who starts one may act on it, in this tab: its key is kept here. */
export async function start(wanted) {
  const started = await read(post("/api/runs", wanted));
  hold(started);
  return started;
}

/** The events of a recording. */
export const recording = async (address) => parse(await (await ask(address)).text());

/** The events of a run of what is wanted, played at full speed to its end. */
export async function played(wanted, { onWait = () => {} } = {}) {
  const started = await start({ ...wanted, pace: "full" });
  const events = [];
  return new Promise((resolve, reject) => {
    follow(started, {
      onEvents(more) {
        events.push(...more);
        if (more.at(-1).type === "end") resolve(events);
      },
      onLost: () => {},
      onWait,
      onGone: () => reject(new Refused({ error: "gone" })),
    });
  });
}

/**
 * Follows a live run from its first event to its last. Where the connection is lost it is made again, and goes on after
 * the last event that came; `onLost` and `onFound` say so, `onGone` that the server knows the run no more, and `onWait`
 * is called with the run's place in the queue.
 */
export function follow({ id, events: address }, { onEvents, onLost, onFound, onGone, onWait }) {
  const origin = location.origin.replace(/^http/, "ws");
  let next = 0;
  let over = false;
  let patience = 250;
  let socket;
  const connect = () => {
    socket = new WebSocket(`${origin}${address}?from=${next}`);
    socket.onopen = () => onFound?.();
    socket.onmessage = ({ data }) => {
      const events = parse(data);
      if (events[0].waiting) return onWait(events[0].waiting);
      next = events.at(-1).seq + 1;
      over = events.at(-1).type === "end";
      patience = 250;
      onEvents(events);
    };
    socket.onclose = () => {
      if (over) return;
      onLost();
      setTimeout(again, patience);
      patience = Math.min(patience * 2, 5000);
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

/** Has the server keep a run: its `id` as a recording, and the `address` of its page. */
export const keep = (run) => read(post("/api/recordings", { run }));

/** Asks a run to end soon; one that is not there any more has, and one that somebody else started goes on. */
export const stop = (id) => fetch(`/api/runs/${id}`, { method: "DELETE", headers: keyed(id) }).catch(() => null);

/** Says a line to a run: its number in the script once the run has begun it. A blank one only keeps the run going. */
export const say = async (id, line) => (await read(post(`/api/runs/${id}/lines`, { line }, keyed(id)))).line;

/** Whether this tab may act on a run. */
export const isOwn = (id) => keyOf(id) !== null;

const keys = new Map();

function hold({ id, key }) {
  keys.set(id, key);
  try {
    sessionStorage.setItem(`key:${id}`, key);
  } catch {
    // then it lasts as long as the page
  }
}

function keyOf(id) {
  try {
    return keys.get(id) ?? sessionStorage.getItem(`key:${id}`);
  } catch {
    return null;
  }
}

const keyed = (id) => (isOwn(id) ? { authorization: `Bearer ${keyOf(id)}` } : {});

const parse = (lines) => lines.split("\n").filter(Boolean).map((line) => JSON.parse(line));
