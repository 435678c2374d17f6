// The visible text of the editor: its lines in colour, with mistakes underlined. It lies under the text area, whose own
// letters are transparent, and has its size.

import { element } from "../dom/element.js";
import { units } from "../script/positions.js";
import { tokens } from "../script/tokenizer.js";

export class Overlay {
  #root;
  #lines = [];
  /** The mistakes of each line. */
  #wrong = new Map();

  constructor(root) {
    this.#root = root;
  }

  /** Shows lines; only those of a difference are drawn. */
  write(lines, { at, removed, came }) {
    this.#lines = lines;
    for (let count = removed; count > 0; count -= 1) this.#root.children[at].remove();
    const fresh = lines.slice(at, at + came).map((line) => row(line, []));
    const next = this.#root.children[at];
    if (next) next.before(...fresh);
    else this.#root.append(...fresh);
  }

  /** Underlines these mistakes only. */
  mark(mistakes) {
    const wrong = Map.groupBy ? Map.groupBy(mistakes, ({ line }) => line) : grouped(mistakes);
    for (const line of new Set([...wrong.keys(), ...this.#wrong.keys()])) {
      const shown = this.#root.children[line - 1];
      if (shown) shown.replaceWith(row(this.#lines[line - 1], wrong.get(line) ?? []));
    }
    this.#wrong = wrong;
  }

  /** The rectangle of a position on the screen; `unit` counts UTF-16 units from the line's begin. */
  rect(line, unit) {
    const shown = this.#root.children[line - 1];
    const walker = document.createTreeWalker(shown, NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    let left = unit;
    while (walker.nextNode()) {
      const { currentNode: text } = walker;
      if (left > text.length) {
        left -= text.length;
        continue;
      }
      range.setStart(text, left);
      range.collapse(true);
      return range.getBoundingClientRect();
    }
    const { left: x, top, bottom } = shown.getBoundingClientRect();
    return { left: x, top, bottom };
  }
}

/** A line: its parts in colour, cut where a mistake begins and ends. */
function row(line, mistakes) {
  const wrong = mistakes.map(({ column, length }) => [units(line, column - 1), units(line, column - 1 + length)]);
  const cuts = [...new Set(wrong.flat())].sort((a, b) => a - b);
  const parts = [];
  let at = 0;
  for (const { text, kind } of tokens(line)) {
    const inner = [at, ...cuts.filter((cut) => cut > at && cut < at + text.length), at + text.length];
    for (const [index, begin] of inner.slice(0, -1).entries()) {
      const piece = line.slice(begin, inner[index + 1]);
      const isWrong = wrong.some(([from, to]) => begin >= from && begin < to);
      const className = [kind && `is-${kind}`, isWrong && "wrong"].filter(Boolean).join(" ");
      parts.push(className ? element("span", { className }, piece) : piece);
    }
    at += text.length;
  }
  // A missing word at the end is marked behind the line.
  if (mistakes.some(({ column }) => units(line, column - 1) >= line.length)) parts.push(element("span", { className: "wrong end" }, " "));
  return element("div", { className: "row" }, ...parts);
}

function grouped(mistakes) {
  const groups = new Map();
  for (const mistake of mistakes) groups.set(mistake.line, [...(groups.get(mistake.line) ?? []), mistake]);
  return groups;
}
