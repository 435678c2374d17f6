// Both runs as one table: what is in one row is at one height in the pictures, and the first column says in words
// whether it is the same.

import { node } from "../dom/element.js";

export class Aligned {
  #place;
  #words;
  #onPick;
  /** Deeds are told where a row of the account tells them. */
  #rows = [];

  /** `onPick` is called with the index of a row that somebody picks. */
  constructor(place, words, { onPick }) {
    this.#place = place;
    this.#words = words;
    this.#onPick = onPick;
    place.addEventListener("click", ({ target }) => {
      const row = target.closest("button")?.closest("tr");
      if (row) this.#onPick(Number(row.dataset.row));
    });
  }

  /** Tells other runs. */
  set({ rows, parting }, told) {
    const head = ["compare.verdict", "compare.left", "compare.right"].map((key) => node("th", { scope: "col" }, this.#words(key)));
    this.#rows = rows.map((row, index) => ({ ...row, index })).filter((row) => !this.#isTold(row, told));
    const body = this.#rows.map((row) => this.#row(row, told, parting?.row === row.index));
    const table = node("table", {}, node("caption", { className: "hidden" }, this.#words("compare.table")), node("thead", {}, node("tr", {}, ...head)), node("tbody", {}, ...body));
    this.#place.replaceChildren(table);
  }

  /** Whether the row of what a call gave tells of its beginning too. */
  #isTold({ a, b }, [left, right]) {
    return (!a || left.isBeginning(a)) && (!b || right.isBeginning(b)) && [a, b].every((deed) => !deed || deed.kind === "enter");
  }

  #row({ a, b, same, index }, [left, right], parts) {
    const verdict = this.#words(same ? "compare.same" : a && b ? "compare.differs" : a ? "compare.only_left" : "compare.only_right");
    const said = (deed, told) => {
      if (!deed) return node("td");
      const why = deed.kind === "order" ? "" : told.row(deed).why;
      return node("td", {}, told.say(deed, this.#words), ...(why && !same ? [node("small", {}, why)] : []));
    };
    const first = parts ? [node("b", {}, this.#words("compare.here")), " "] : [];
    const row = node("tr", { className: same ? "" : "differs" }, node("th", { scope: "row" }, ...first, node("button", { type: "button", className: "link" }, verdict)), said(a, left), said(b, right));
    row.dataset.row = index;
    if (parts) row.id = "parting";
    return row;
  }

  /** Brings the row into sight in which the runs part. */
  reveal() {
    this.#place.querySelector("#parting")?.scrollIntoView({ block: "center" });
  }
}
