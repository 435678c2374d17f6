// The script of a live run, which grows by a visitor's lines: the rule of server/recording/composed.rs. Pure.

import { scriptLines, withFacts } from "../model/model.js";

/**
 * A line of model.js; `added` counts the lines in the order in which they came.
 * @typedef {import("../model/model.js").Line & {added: number}} Line
 */

/** The lines of a given script, with facts about each. */
export const linesOf = (script, facts) => withFacts(scriptLines(script), facts).map((line, added) => ({ ...line, added }));

/** The lines after a `script` event. A line that only got its result keeps its number. */
export function amended(lines, { at, remove, insert, lines: facts }) {
  const last = youngest(lines)?.added ?? -1;
  const gone = lines.slice(at - 1, at - 1 + remove);
  const come = withFacts(insert, facts).map((line, index) => ({ ...line, added: gone[index]?.added ?? last + 1 + index }));
  return [...lines.slice(0, at - 1), ...come, ...lines.slice(at - 1 + remove)];
}

export const textOf = (lines) => lines.map(({ text }) => text).join("\n");

/** Lines that a run adds by itself: a wait for a call that returned later, or for a timer. */
const isSequel = ({ kind }) => kind === "wait" || kind === "sleep";
const isPause = ({ kind, label }) => kind === "sleep" && !label;
const isAction = (line) => Boolean(line.kind) && !isSequel(line);
const youngest = (lines) => lines.reduce((best, line) => (best && best.added > line.added ? best : line), null);

/** The last action, and the lines without the action, the pause before it and its consequences; null where there is none. */
export function undone(lines) {
  const last = youngest(lines.filter(isAction));
  if (!last) return null;
  let left = lines.filter(({ added }) => added < last.added);
  while (left.length && isPause(youngest(left))) left = left.filter((line) => line !== youngest(left));
  return { line: last, lines: left };
}
