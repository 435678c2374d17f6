// Where events come from: a live run over its WebSocket, or a recording.

/** What the server said when it refused: `error` says what, the rest says more. */
export class Refused extends Error {
  constructor(answer) {
    super(answer.error);
    this.answer = answer;
  }
}

/** Starts a run; its id and the address of its events. */
export async function start(wanted) {
  const response = await fetch("/api/runs", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(wanted),
  });
  const answer = await response.json().catch(() => ({ error: "other", message: response.statusText }));
  if (!response.ok) throw new Refused(answer);
  return answer;
}

/** The mistakes of a script. */
export async function check(script) {
  const response = await fetch("/api/check", { method: "POST", body: script });
  return (await response.json()).mistakes;
}

/** The events of a recording. */
export async function recording(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Refused(await response.json().catch(() => ({ error: "unknown", message: response.statusText })));
  return parse(await response.text());
}

/**
 * Follows a live run from its first event to its last. Where the connection is lost it is made again, and goes on after
 * the last event that came; `onGone` says that the server knows the run no more, `onWait` the run's place in the queue.
 */
export function follow({ id, events: address }, { onEvents, onLost, onGone, onWait }) {
  const origin = location.origin.replace(/^http/, "ws");
  let next = 0;
  let over = false;
  let patience = 250;
  let socket;
  const connect = () => {
    socket = new WebSocket(`${origin}${address}?from=${next}`);
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

/** Asks a run to end soon; one that is not there any more has. */
export const stop = (id) => fetch(`/api/runs/${id}`, { method: "DELETE" }).catch(() => null);

const parse = (lines) => lines.split("\n").filter(Boolean).map((line) => JSON.parse(line));
