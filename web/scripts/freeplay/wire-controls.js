// The hand on the wire: holds it, and does something to one segment after the other. Each act is a line of the script.

import { element } from "../dom/element.js";
import { kindOf, nameOf } from "../model/model.js";
import { CUT, HOLD, MEND, releaseAll, lineFor, moved, ordered, underWay, wireState } from "../script/wire-commands.js";

const ARROWS = { client: "→", server: "←" };

export class WireControls {
  #bar;
  #tray;
  #acts;
  #words;
  #onLines;
  #onPick;
  /** The order in which a hand put what waits, by ids. */
  #order = [];
  #shown = [];
  #state = {};
  #under = [];
  /** What was shown last. */
  #now;
  /** Whether a script waits until the hand lets go. */
  #waits = false;

  /** `onLines` plays lines, one after the other; `onPick` opens a segment. */
  constructor({ bar, tray, acts }, { words, onLines, onPick }) {
    this.#bar = bar;
    this.#tray = tray;
    this.#acts = acts;
    this.#words = words;
    this.#onLines = onLines;
    this.#onPick = onPick;
    bar.querySelector("[data-wire=hold]").addEventListener("click", () => this.hold());
    bar.querySelector("[data-wire=cut]").addEventListener("click", () => onLines([this.#state.cut ? MEND : CUT]));
    tray.addEventListener("click", ({ target }) => this.#press(target.closest("button")));
    acts.addEventListener("click", ({ target }) => this.#press(target.closest("button")));
    tray.addEventListener("pointerdown", (event) => this.#drag(event));
  }

  /**
   * `model` is the run as it is now, wherever the playhead is, and `lines` its script. `able` says whether this page may act
   * on it, `open` whether it takes all kinds of lines, `selected` which segment is open.
   */
  show(now) {
    if (["able", "model", "lines", "selected"].every((what) => now[what] === this.#now?.[what])) return;
    this.#now = now;
    const { able, model, lines, open, selected } = now;
    const [played, ahead] = [(_, index) => model.steps[index + 1], (_, index) => !model.steps[index + 1]];
    const state = wireState((lines ?? []).filter(played).map(({ text }) => text));
    const under = able ? underWay(model) : [];
    [this.#state, this.#under] = [state, under];
    this.#waits = !open && state.held && (lines ?? []).some(ahead);
    this.#bar.hidden = !able;
    const hold = this.#bar.querySelector("[data-wire=hold]");
    hold.querySelector("span").textContent = this.#words(state.held ? "hand.release" : "hand.hold");
    hold.setAttribute("aria-pressed", state.held);
    this.#bar.querySelector("[data-wire=cut] span").textContent = this.#words(state.cut ? "hand.mend" : "hand.cut");
    this.#lay();
    this.#offer(under.find(({ id }) => id === selected));
  }

  /** Holds the wire, or lets all go in the order that is shown. */
  hold() {
    if (this.#bar.hidden) return;
    this.#onLines(this.#state.held ? releaseAll(this.#shown) : [HOLD]);
  }

  /** Loses the segment of that id if it is under way, or else the one that left last; a plain ACK only if there is no other. */
  drop(id) {
    const weighs = this.#under.findLast((segment) => kindOf(segment) !== "ack");
    const segment = this.#under.find((other) => other.id === id) ?? weighs ?? this.#under.at(-1);
    if (segment) this.#onLines([lineFor("drop", segment, this.#under)]);
  }

  /** Lays what waits into the tray. */
  #lay() {
    const waiting = this.#under.filter(({ held }) => held);
    this.#order = this.#order.filter((id) => waiting.some((segment) => segment.id === id));
    this.#shown = ordered(waiting, this.#order);
    this.#tray.hidden = !this.#state.held && waiting.length === 0;
    this.#tray.querySelector(".why").textContent = this.#words(this.#waits ? "hand.script_waits" : waiting.length ? "hand.first" : "hand.nothing");
    const list = this.#tray.querySelector("ol");
    const focused = list.contains(document.activeElement) ? document.activeElement : null;
    const [row, act] = [focused?.closest("li")?.dataset.id, focused?.dataset.deed];
    const old = new Map([...list.children].map((item) => [item.dataset.id, item]));
    const items = this.#shown.map((segment) => old.get(String(segment.id)) ?? this.#item(segment));
    if (items.some((item, index) => list.children[index] !== item) || items.length !== list.children.length) list.replaceChildren(...items);
    items.forEach((item, index) => {
      item.querySelector("[data-deed=earlier]").disabled = index === 0;
      item.querySelector("[data-deed=later]").disabled = index === items.length - 1;
    });
    if (!focused || focused === document.activeElement) return;
    // What had the focus was moved, or is gone: it goes to the same act of the row that is there now.
    const next = list.querySelector(`[data-id="${row}"]`) ?? list.firstElementChild;
    (next?.querySelector(`[data-deed=${act}]:enabled`) ?? next?.querySelector("[data-deed]:enabled") ?? this.#home).focus();
  }

  /** Where the focus goes when what had it is gone. */
  get #home() {
    return this.#bar.hidden ? document.querySelector(".ladder") : this.#bar.querySelector("[data-wire=hold]");
  }

  #item(segment) {
    const { id, from, to } = segment;
    const name = nameOf(segment);
    const button = (deed, content, label) => element("button", { type: "button", "data-deed": deed, "data-id": id, "aria-label": label, title: label }, content);
    const said = (deed) => this.#words(`hand.of.${deed}`, { segment: name, host: from });
    const pick = element("button", { type: "button", className: `name ${kindOf(segment)}`, "data-pick": id, title: this.#words("hand.open") }, name);
    const grip = element("span", { className: "grip", ariaHidden: true }, "⠿");
    const route = element("span", { className: "route" }, `${from} ${ARROWS.client} ${to}`);
    const acts = ["deliver", "drop", "duplicate"].map((deed) => {
      const button_ = button(deed, this.#words(`hand.${deed}`), said(deed));
      button_.className = "act";
      return button_;
    });
    const order = [button("earlier", "↑", said("earlier")), button("later", "↓", said("later"))];
    return element("li", { "data-id": id, "data-from": from }, grip, pick, route, element("span", { className: "deeds" }, ...acts, ...order));
  }

  /** What can be done to the segment that is open, while it is under way. */
  #offer(segment) {
    const focused = this.#acts.contains(document.activeElement);
    this.#acts.hidden = !segment;
    if (!segment) return focused && this.#home.focus();
    const deeds = [segment.held ? "deliver" : "hold", "drop", "duplicate"];
    const drawn = `${segment.id} ${deeds}`;
    if (this.#acts.dataset.drawn === drawn) return;
    this.#acts.dataset.drawn = drawn;
    const buttons = deeds.map((deed) =>
      element("button", { type: "button", className: "act", "data-deed": deed, "data-id": segment.id, title: deed === "drop" ? `${this.#words("hand.drop")} (x)` : "" }, this.#words(deed === "hold" ? "hand.keep" : `hand.${deed}`)),
    );
    this.#acts.replaceChildren(element("span", {}, this.#words(segment.held ? "hand.is_held" : "hand.is_flying")), ...buttons);
    if (focused) buttons[0].focus();
  }

  #press(button) {
    if (!button) return;
    const { deed, pick } = button.dataset;
    if (pick) return this.#onPick(Number(pick));
    const id = Number(button.dataset.id);
    if (deed === "earlier" || deed === "later") return this.#move(id, deed === "earlier" ? -1 : 1);
    const segment = this.#under.find((other) => other.id === id);
    if (segment) this.#onLines([lineFor(deed, segment, this.#under)]);
  }

  #move(id, by) {
    this.#order = moved(this.#shown.map(({ id }) => id), id, by);
    this.#lay();
  }

  /** A segment is drawn to another place, by mouse or finger. */
  #drag(event) {
    const item = event.target.closest(".grip")?.closest("li");
    if (!item) return;
    event.preventDefault();
    const id = Number(item.dataset.id);
    const list = item.parentElement;
    list.setPointerCapture(event.pointerId);
    item.classList.add("dragged");
    const move = ({ clientY }) => {
      const above = [...list.children].filter((other) => other !== item && middle(other) < clientY).length;
      const by = above - [...list.children].indexOf(item);
      if (by) this.#move(id, by);
    };
    const end = () => {
      item.classList.remove("dragged");
      list.removeEventListener("pointermove", move);
    };
    list.addEventListener("pointermove", move);
    for (const type of ["pointerup", "pointercancel"]) list.addEventListener(type, end, { once: true });
  }
}

function middle(item) {
  const { top, height } = item.getBoundingClientRect();
  return top + height / 2;
}
