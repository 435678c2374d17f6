// The run as a table, up to the moment under the playhead; and the switch between it and the picture.

import { node } from "../dom/element.js";
import * as memory from "../dom/storage.js";
import { duration } from "../model/model.js";

/** How many rows stand in the table; earlier ones come when asked for. A screen reader is told how many there are. */
const ROOM = 200;
/** Rows leave the table's top that many at a time. */
const STRIDE = 50;

export class Transcript {
  #place;
  #switch;
  #words;
  #named;
  #table;
  #earlier;
  #body;
  #room = ROOM;
  /** The rows that stand in the table, and the index of the first. */
  #drawn = [];
  #first = 0;
  #moment;
  #picked;
  #current;
  #atEnd = true;

  /** `onPick` is called with the seq of the event whose row somebody picks; `named` gives a result's name. */
  constructor(place, switches, { words, onPick, named }) {
    this.#named = named;
    this.#place = place;
    this.#switch = switches;
    this.#words = words;
    this.#body = node("tbody", { role: "rowgroup" });
    this.#earlier = node("button", { type: "button", class: "link earlier" });
    this.#table = node("table", { role: "table" },
      node("caption", { class: "hidden" }, words("table.title")),
      node("thead", { role: "rowgroup" }, node("tr", { role: "row", "aria-rowindex": 1 },
        ...["table.time", "table.place", "table.what", "table.why"].map((key) => node("th", { role: "columnheader", scope: "col" }, words(key))))),
      this.#body);
    place.replaceChildren(this.#earlier, this.#table);
    this.#table.hidden = true;
    place.setAttribute("aria-label", words("table.title"));

    for (const button of switches.querySelectorAll("button")) {
      button.addEventListener("click", () => this.#choose(button.dataset.view === "table"));
    }
    this.#earlier.addEventListener("click", () => this.#more());
    place.addEventListener("scroll", () => {
      this.#atEnd = place.scrollTop + place.clientHeight > place.scrollHeight - 40;
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
    this.#open(memory.recall("view") === "table");
  }

  /** Whether the table stands in the picture's place. */
  get isOpen() {
    return !this.#place.hidden;
  }

  toggle() {
    this.#choose(!this.isOpen);
  }

  #choose(open) {
    memory.remember("view", open ? "table" : "picture");
    this.#open(open);
  }

  #open(open) {
    this.#place.hidden = !open;
    for (const button of this.#switch.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", (button.dataset.view === "table") === open);
    }
    document.body.dataset.view = open ? "table" : "picture";
    this.#atEnd = true;
  }

  /** Forgets the run that was told. */
  reset() {
    this.#moment = this.#picked = this.#current = undefined;
    this.#room = ROOM;
    this.#atEnd = true;
    this.#draw([], 0);
  }

  /** Results may have another name now. */
  refresh() {
    this.#draw([], 0);
  }

  /** Shows what is true at a moment. */
  show(moment) {
    this.#moment = moment;
    if (!this.isOpen) return;
    const { account, layout, player } = moment;
    const count = account.count(layout.count(player.y));
    this.#draw(account.rows, count);
    this.#mark(account.rows, count, layout.ys);
  }

  /** Brings the first `count` rows into the table, as many as there is room for. Only what differs is touched. */
  #draw(rows, count) {
    const first = Math.max(0, Math.ceil((count - this.#room) / STRIDE) * STRIDE);
    const wanted = rows.slice(first, count);
    const shift = this.#first - first;
    const kept = (index) => this.#drawn[index - shift] === wanted[index];
    // What stays is one stretch: it lost rows at either end, or gained some there.
    let [from, to] = [Math.max(shift, 0), Math.min(shift + this.#drawn.length, wanted.length)];
    while (to > from && !kept(to - 1)) to -= 1;
    if (from < to && !kept(from)) to = from;
    if (from >= to) [from, to] = [0, 0];
    if (to - from === wanted.length && wanted.length === this.#drawn.length) return;

    const nodes = [...this.#body.children];
    const stay = from < to ? nodes.slice(from - shift, to - shift) : [];
    for (const row of nodes.slice(0, stay.length ? from - shift : nodes.length)) row.remove();
    for (const row of stay.length ? nodes.slice(to - shift) : []) row.remove();
    this.#body.prepend(...wanted.slice(0, from).map((row, index) => this.#row(row, first + index)));
    this.#body.append(...wanted.slice(to).map((row, index) => this.#row(row, first + to + index)));
    [this.#first, this.#drawn] = [first, wanted];
    this.#table.hidden = count === 0;
    this.#table.setAttribute("aria-rowcount", count + 1);
    this.#earlier.hidden = first === 0;
    this.#earlier.textContent = this.#words("table.earlier", { count: first });
    if (this.#atEnd) this.#place.scrollTop = this.#place.scrollHeight;
  }

  /** Marks the row of this moment: the last one, or the one that was picked where several share the moment. */
  #mark(rows, count, ys) {
    const picked = this.#drawn.findLastIndex(({ seq }) => seq === this.#picked);
    const shared = picked >= 0 && ys[this.#picked] === ys[rows[count - 1].seq];
    if (!shared) this.#picked = undefined;
    const current = this.#body.children[shared ? picked : this.#drawn.length - 1];
    if (current === this.#current) return;
    this.#tell(this.#current, false);
    this.#tell(current, true);
    this.#current = current;
  }

  #tell(row, current) {
    if (!row) return;
    if (current) row.setAttribute("aria-current", "step");
    else row.removeAttribute("aria-current");
    row.querySelector("button").tabIndex = current ? 0 : -1; // one stop on the way through the page, not hundreds
  }

  #row({ seq, t, place, what, why, kind, state, bad, gave }, index) {
    const time = t < 100_000 ? duration(t) : `${(t / 1e6).toFixed(3)} s`;
    const seek = node("button", { type: "button", tabindex: -1, "aria-label": this.#words("table.seek", { time }) }, time);
    const { text, documented } = gave === undefined ? {} : this.#named(seq, gave);
    const told = node("td", { role: "cell", class: "what" }, what, documented ? ` (${text}: ${documented})` : "");
    if (state) told.dataset.state = state;
    return node("tr", { role: "row", "aria-rowindex": index + 2, "data-seq": seq, "data-kind": kind, class: bad ? "bad" : "" },
      node("th", { role: "rowheader", scope: "row" }, seek),
      node("td", { role: "cell", class: "place" }, place),
      told,
      node("td", { role: "cell", class: "why" }, why));
  }

  #more() {
    this.#room += 1000;
    this.#atEnd = false;
    const before = this.#place.scrollHeight;
    this.show(this.#moment);
    this.#place.scrollTop += this.#place.scrollHeight - before; // what was read stays where it was
  }
}
