// What the eye sees of the text in the editor: its lines in colour, with what is wrong underlined. It lies under the text
// area, whose own letters are clear, and has its size.

import { element } from "../dom/element.js";
import { units } from "../script/positions.js";
import { tokens } from "../script/tokenizer.js";

export class Overlay {
  #place;
  #lines = [];
  /** By line, what is wrong in it. */
  #wrong = new Map();

  constructor(place) {
    this.#place = place;
  }

  /** Shows lines, of which only those of a difference are others than before. */
  write(lines, { at, removed, came }) {
    this.#lines = lines;
    for (let count = removed; count > 0; count -= 1) this.#place.children[at].remove();
    const fresh = lines.slice(at, at + came).map((line) => row(line, []));
    const next = this.#place.children[at];
    if (next) next.before(...fresh);
    else this.#place.append(...fresh);
  }

  /** Underlines mistakes, and no others than these. */
  mark(mistakes) {
    const wrong = Map.groupBy ? Map.groupBy(mistakes, ({ line }) => line) : grouped(mistakes);
    for (const line of new Set([...wrong.keys(), ...this.#wrong.keys()])) {
      const shown = this.#place.children[line - 1];
      if (shown) shown.replaceWith(row(this.#lines[line - 1], wrong.get(line) ?? []));
    }
    this.#wrong = wrong;
  }

  /** Where a column of a line is on the screen, in UTF-16 units from its begin. */
  rect(line, unit) {
    const shown = this.#place.children[line - 1];
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

/** A line, its parts in colour, cut where something wrong begins and ends. */
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
  // What is missing at the end is marked behind it.
  if (mistakes.some(({ column }) => units(line, column - 1) >= line.length)) parts.push(element("span", { className: "wrong end" }, " "));
  return element("div", { className: "row" }, ...parts);
}

function grouped(mistakes) {
  const groups = new Map();
  for (const mistake of mistakes) groups.set(mistake.line, [...(groups.get(mistake.line) ?? []), mistake]);
  return groups;
}
