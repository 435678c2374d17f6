// The script that a run has played so far, as it grows by hand; each line knows when it came. Pure.

/** @typedef {{text: string, born: number}} Line */

/** The lines of a script that was given as a whole. */
export const composed = (script) => (script.trim() ? script.replace(/\n$/, "").split("\n") : []).map((text, born) => ({ text, born }));

/** The lines after a `script` event: what only got its result is the line that it was. */
export function recomposed(lines, { at, remove, insert }) {
  const last = youngest(lines)?.born ?? -1;
  const gone = lines.slice(at - 1, at - 1 + remove);
  const come = insert.map((text, index) => ({ text, born: gone[index]?.born ?? last + 1 + index }));
  return [...lines.slice(0, at - 1), ...come, ...lines.slice(at - 1 + remove)];
}

export const textOf = (lines) => lines.map(({ text }) => text).join("\n");

/** What a run adds by itself: that it waits for a call which returned later, or for a timer. */
const isSequel = ({ text }) => /^\s*([\p{L}\d_-]+:\s*)?(wait|sleep)\b/u.test(text);
const isPause = ({ text }) => /^\s*sleep\b/.test(text);
const isDeed = (line) => !/^\s*(#|$)/.test(line.text) && !isSequel(line);
const youngest = (lines) => lines.reduce((best, line) => (best && best.born > line.born ? best : line), null);

/** The deed that was done last, and the lines without it, the pause before it and what came of it; null where there is none. */
export function undone(lines) {
  const last = youngest(lines.filter(isDeed));
  if (!last) return null;
  let left = lines.filter(({ born }) => born < last.born);
  while (left.length && isPause(youngest(left))) left = left.filter((line) => line !== youngest(left));
  return { line: last, lines: left };
}
