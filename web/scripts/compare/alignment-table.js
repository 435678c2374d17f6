// Both runs as one table: the entries of a row stand at one height in the pictures, and the first column says in words
// whether they are the same.

import { element } from "../dom/element.js";

export class AlignmentTable {
  #root;
  #words;
  #onPick;
  /** The rows that are shown. */
  #rows = [];

  /** `onPick` is called with the index of a picked row. */
  constructor(root, words, { onPick }) {
    this.#root = root;
    this.#words = words;
    this.#onPick = onPick;
    root.addEventListener("click", ({ target }) => {
      const row = target.closest("button")?.closest("tr");
      if (row) this.#onPick(Number(row.dataset.row));
    });
  }

  /** Shows two aligned runs; `narrated` has both in words. */
  set({ rows, parting }, narrated) {
    const head = ["compare.verdict", "compare.left", "compare.right"].map((key) => element("th", { scope: "col" }, this.#words(key)));
    this.#rows = rows.map((row, index) => ({ ...row, index })).filter((row) => !this.#isPartOfNext(row, narrated));
    const body = this.#rows.map((row) => this.#row(row, narrated, parting?.row === row.index));
    const table = element("table", {}, element("caption", { className: "hidden" }, this.#words("compare.table")), element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body));
    this.#root.replaceChildren(table);
  }

  /** Whether the row of a call's result has its beginning too. */
  #isPartOfNext({ a, b }, [left, right]) {
    return (!a || left.isBeginning(a)) && (!b || right.isBeginning(b)) && [a, b].every((entry) => !entry || entry.kind === "enter");
  }

  #row({ a, b, same, index }, [left, right], parts) {
    const verdict = this.#words(same ? "compare.same" : a && b ? "compare.differs" : a ? "compare.only_left" : "compare.only_right");
    const cell = (entry, run) => {
      if (!entry) return element("td");
      const why = entry.kind === "order" ? "" : run.row(entry).why;
      return element("td", {}, run.sentence(entry, this.#words), ...(why && !same ? [element("small", {}, why)] : []));
    };
    const first = parts ? [element("b", {}, this.#words("compare.here")), " "] : [];
    const row = element("tr", { className: same ? "" : "differs" }, element("th", { scope: "row" }, ...first, element("button", { type: "button", className: "link" }, verdict)), cell(a, left), cell(b, right));
    row.dataset.row = index;
    if (parts) row.id = "parting";
    return row;
  }

  /** Scrolls to the row in which the runs part. */
  reveal() {
    this.#root.querySelector("#parting")?.scrollIntoView({ block: "center" });
  }
}
