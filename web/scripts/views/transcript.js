// The run as a table, up to the playhead; and the switch between the table and the picture.

import { element } from "../dom/element.js";
import * as storage from "../dom/storage.js";
import { duration } from "../model/model.js";

/** The number of rows in the table; a button shows earlier rows. */
const ROOM = 200;
/** Rows leave the table's top so many at a time. */
const STRIDE = 50;

export class Transcript {
  #root;
  #switch;
  #words;
  #named;
  #table;
  #earlier;
  #body;
  #room = ROOM;
  /** The rows in the table, and the index of the first. */
  #drawn = [];
  #first = 0;
  #shown;
  #picked;
  #current;
  #atEnd = true;

  /** `onPick` is called with the seq of a picked row's event; `named` returns a result's name. */
  constructor(root, switches, { words, onPick, named }) {
    this.#named = named;
    this.#root = root;
    this.#switch = switches;
    this.#words = words;
    this.#body = element("tbody", { role: "rowgroup" });
    this.#earlier = element("button", { type: "button", class: "link earlier" });
    this.#table = element("table", { role: "table" },
      element("caption", { class: "hidden" }, words("table.title")),
      element("thead", { role: "rowgroup" }, element("tr", { role: "row", "aria-rowindex": 1 },
        ...["table.time", "table.place", "table.what", "table.why"].map((key) => element("th", { role: "columnheader", scope: "col" }, words(key))))),
      this.#body);
    root.replaceChildren(this.#earlier, this.#table);
    this.#table.hidden = true;
    root.setAttribute("aria-label", words("table.title"));

    for (const button of switches.querySelectorAll("button")) {
      button.addEventListener("click", () => this.#choose(button.dataset.view === "table"));
    }
    this.#earlier.addEventListener("click", () => this.#more());
    root.addEventListener("scroll", () => {
      this.#atEnd = root.scrollTop + root.clientHeight > root.scrollHeight - 40;
    });
    this.#body.addEventListener("click", (event) => {
      const row = event.target.closest("tr");
      const copies = getSelection().type === "Range" && !event.target.closest("button");
      if (!row || copies) return;
      this.#picked = Number(row.dataset.seq);
      onPick(this.#picked);
    });
    this.#body.addEventListener("keydown", (event) => {
      const to = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[event.key];
      if (!to) return;
      event.preventDefault();
      event.target.closest("tr")[to]?.querySelector("button").focus();
    });
    this.#open(storage.recall("view") === "table");
  }

  /** Whether the table is shown instead of the picture. */
  get isOpen() {
    return !this.#root.hidden;
  }

  toggle() {
    this.#choose(!this.isOpen);
  }

  #choose(open) {
    storage.remember("view", open ? "table" : "picture");
    this.#open(open);
  }

  #open(open) {
    this.#root.hidden = !open;
    for (const button of this.#switch.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", (button.dataset.view === "table") === open);
    }
    document.body.dataset.view = open ? "table" : "picture";
    this.#atEnd = true;
  }

  /** Forgets the run. */
  reset() {
    this.#shown = this.#picked = this.#current = undefined;
    this.#room = ROOM;
    this.#atEnd = true;
    this.#draw([], 0);
  }

  /** Results may have another name now. */
  refresh() {
    this.#draw([], 0);
  }

  /** Shows the rows up to the playhead. */
  show(data) {
    this.#shown = data;
    if (!this.isOpen) return;
    const { narration, layout, playhead } = data;
    const count = narration.count(layout.count(playhead.y));
    this.#draw(narration.rows, count);
    this.#mark(narration.rows, count, layout.ys);
  }

  /** Brings the last of the first `count` rows into the table, changing only rows that differ. */
  #draw(rows, count) {
    const first = Math.max(0, Math.ceil((count - this.#room) / STRIDE) * STRIDE);
    const next = rows.slice(first, count);
    const shift = this.#first - first;
    const kept = (index) => this.#drawn[index - shift] === next[index];
    // The rows that stay are one stretch: rows were lost or gained at its ends only.
    let [from, to] = [Math.max(shift, 0), Math.min(shift + this.#drawn.length, next.length)];
    while (to > from && !kept(to - 1)) to -= 1;
    if (from < to && !kept(from)) to = from;
    if (from >= to) [from, to] = [0, 0];
    if (to - from === next.length && next.length === this.#drawn.length) return;

    const present = [...this.#body.children];
    const stay = from < to ? present.slice(from - shift, to - shift) : [];
    for (const row of present.slice(0, stay.length ? from - shift : present.length)) row.remove();
    for (const row of stay.length ? present.slice(to - shift) : []) row.remove();
    this.#body.prepend(...next.slice(0, from).map((row, index) => this.#row(row, first + index)));
    this.#body.append(...next.slice(to).map((row, index) => this.#row(row, first + to + index)));
    [this.#first, this.#drawn] = [first, next];
    this.#table.hidden = count === 0;
    this.#table.setAttribute("aria-rowcount", count + 1);
    this.#earlier.hidden = first === 0;
    this.#earlier.textContent = this.#words("table.earlier", { count: first });
    if (this.#atEnd) this.#root.scrollTop = this.#root.scrollHeight;
  }

  /** Marks the current row: the last one, or the picked one of several at the same height. */
  #mark(rows, count, ys) {
    const picked = this.#drawn.findLastIndex(({ seq }) => seq === this.#picked);
    const shared = picked >= 0 && ys[this.#picked] === ys[rows[count - 1].seq];
    if (!shared) this.#picked = undefined;
    const current = this.#body.children[shared ? picked : this.#drawn.length - 1];
    if (current === this.#current) return;
    this.#setCurrent(this.#current, false);
    this.#setCurrent(current, true);
    this.#current = current;
  }

  #setCurrent(row, current) {
    if (!row) return;
    if (current) row.setAttribute("aria-current", "step");
    else row.removeAttribute("aria-current");
    row.querySelector("button").tabIndex = current ? 0 : -1; // one stop on the way through the page, not hundreds
  }

  #row({ seq, t, where, what, why, kind, state, bad, gave }, index) {
    const time = t < 100_000 ? duration(t) : `${(t / 1e6).toFixed(3)} s`;
    const seek = element("button", { type: "button", tabindex: -1, "aria-label": this.#words("table.seek", { time }) }, time);
    const { text, documented } = gave === undefined ? {} : this.#named(seq, gave);
    const cell = element("td", { role: "cell", class: "what" }, what, documented ? ` (${text}: ${documented})` : "");
    if (state) cell.dataset.state = state;
    return element("tr", { role: "row", "aria-rowindex": index + 2, "data-seq": seq, "data-kind": kind, class: bad ? "bad" : "" },
      element("th", { role: "rowheader", scope: "row" }, seek),
      element("td", { role: "cell", class: "place" }, where),
      cell,
      element("td", { role: "cell", class: "why" }, why));
  }

  #more() {
    this.#room += 1000;
    this.#atEnd = false;
    const before = this.#root.scrollHeight;
    this.show(this.#shown);
    this.#root.scrollTop += this.#root.scrollHeight - before; // the rows in sight stay where they are
  }
}
