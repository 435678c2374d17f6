// A run's answer to a question. Pure: knows no DOM. server/content/scenario/question.rs has the subjects of questions.

import { gave, prepares, shown } from "./model.js";

/** The answer, from the events of the question's line: its step's begin and end, by their seq. */
export function answer(about, history, begin, end) {
  const [kind, rest] = about.split(/ (?:of )?(.*)/);
  const events = history.events.slice(begin, end + 1);
  if (kind === "state") return shown(history.at(end + 1).hosts[rest])?.state ?? "CLOSED";
  if (kind === "sends") return events.find((event) => isSent(event, rest.split(",")))?.from ?? "nobody";
  return given(events, history.events.slice(0, end + 1));
}

function isSent({ type, phase, flags }, bits) {
  const matches = (bit) => (bit[0] === "!" ? !flags.includes(bit.slice(1)) : flags.includes(bit));
  return type === "segment" && phase === "sent" && bits.every(matches);
}

/** The result of the line's last call; of a line that waits for an actor, the result of that actor's last call. */
function given(events, before) {
  const { waits_for: waited } = events[0];
  const calls = (waited ? before : events).filter((event) => event.type === "call" && (!waited || event.actor === waited));
  const own = calls.filter((event) => event.phase === "enter").map((event) => event.seq);
  const exits = calls.filter((event) => event.phase === "exit" && own.includes(event.enter));
  const last = exits.findLast((event) => !prepares(event)) ?? exits.at(-1);
  // A preparing call is the line's own call where no other call follows.
  const open = (waited || (last && prepares(last))) && last?.enter !== own.at(-1);
  return last && !open ? gave(last) : "blocked";
}
