// Positions in a text, also after a change. The server counts lines and characters, a text area counts UTF-16 units.

/** The line and the column of an offset, both 1-based, in characters. */
export function positionAt(text, offset) {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: [...before.at(-1)].length + 1 };
}

/** The offset of a column of a line. */
export function offsetAt(text, line, column) {
  const lines = text.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, before) => sum + before.length + 1, 0);
  return start + units(lines[line - 1] ?? "", column - 1);
}

/** The number of units of a line's first characters. */
export const units = (line, characters) => [...line].slice(0, characters).join("").length;

/** The range of the word at an offset: `{ from, to }`. */
export function wordAt(text, offset) {
  const [behind] = /[\p{L}\p{N}_+-]*$/u.exec(text.slice(0, offset));
  const [ahead] = /^[\p{L}\p{N}_+-]*/u.exec(text.slice(offset));
  return { from: offset - behind.length, to: offset + ahead.length };
}

/** The difference between two texts' lines: from index `at` on, `removed` lines are gone and `came` lines are new. */
export function difference(before, after) {
  const most = Math.min(before.length, after.length);
  let at = 0;
  while (at < most && before[at] === after[at]) at += 1;
  let same = 0;
  while (same < most - at && before.at(-1 - same) === after.at(-1 - same)) same += 1;
  return { at, removed: before.length - same - at, came: after.length - same - at };
}

/** The mistakes outside a difference, with their new line numbers. */
export function moved(mistakes, { at, removed, came }) {
  const kept = mistakes.filter(({ line }) => line <= at || line > at + removed);
  return kept.map((mistake) => (mistake.line <= at ? mistake : { ...mistake, line: mistake.line + came - removed }));
}
