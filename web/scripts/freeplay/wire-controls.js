// The wire's controls: hold, cut, and actions on single segments. Each action is a line of the script.

import { element } from "../dom/element.js";
import { kindOf, nameOf } from "../model/model.js";
import { CUT, HOLD, MEND, releaseAll, lineFor, moved, ordered, underWay, wireState } from "../script/wire-commands.js";

const ARROWS = { client: "→", server: "←" };

export class WireControls {
  #bar;
  #tray;
  #actions;
  #words;
  #onLines;
  #onPick;
  /** The visitor's order of the waiting segments, by ids. */
  #order = [];
  #shown = [];
  #state = {};
  #under = [];
  /** The arguments of the last `show`. */
  #last;
  /** Whether the script waits until the wire is released. */
  #waits = false;

  /** `onLines` plays lines, one after the other; `onPick` opens a segment. */
  constructor({ bar, tray, actions }, { words, onLines, onPick }) {
    this.#bar = bar;
    this.#tray = tray;
    this.#actions = actions;
    this.#words = words;
    this.#onLines = onLines;
    this.#onPick = onPick;
    bar.querySelector("[data-wire=hold]").addEventListener("click", () => this.hold());
    bar.querySelector("[data-wire=cut]").addEventListener("click", () => onLines([this.#state.cut ? MEND : CUT]));
    tray.addEventListener("click", ({ target }) => this.#press(target.closest("button")));
    actions.addEventListener("click", ({ target }) => this.#press(target.closest("button")));
    tray.addEventListener("pointerdown", (event) => this.#drag(event));
  }

  /**
   * `model` is the current state of the run, wherever the playhead is, and `lines` its script. `able` says whether this page
   * may act on the run, `open` whether the run takes all kinds of lines, `selected` is the id of the open segment.
   */
  show(now) {
    if (["able", "model", "lines", "selected"].every((key) => now[key] === this.#last?.[key])) return;
    this.#last = now;
    const { able, model, lines, open, selected } = now;
    const [played, ahead] = [(_, index) => model.steps[index + 1], (_, index) => !model.steps[index + 1]];
    const state = wireState((lines ?? []).filter(played));
    const under = able ? underWay(model) : [];
    [this.#state, this.#under] = [state, under];
    this.#waits = !open && state.held && (lines ?? []).some(ahead);
    this.#bar.hidden = !able;
    const hold = this.#bar.querySelector("[data-wire=hold]");
    hold.querySelector("span").textContent = this.#words(state.held ? "hand.release" : "hand.hold");
    hold.setAttribute("aria-pressed", state.held);
    this.#bar.querySelector("[data-wire=cut] span").textContent = this.#words(state.cut ? "hand.mend" : "hand.cut");
    this.#fillTray();
    this.#offer(under.find(({ id }) => id === selected));
  }

  /** Holds the wire, or releases all segments in the shown order. */
  hold() {
    if (this.#bar.hidden) return;
    this.#onLines(this.#state.held ? releaseAll(this.#shown) : [HOLD]);
  }

  /** Drops the segment of that id if it is under way, or else the last one; a plain ACK only if there is no other. */
  drop(id) {
    const last = this.#under.findLast((segment) => kindOf(segment) !== "ack");
    const segment = this.#under.find((other) => other.id === id) ?? last ?? this.#under.at(-1);
    if (segment) this.#onLines([lineFor("drop", segment, this.#under)]);
  }

  /** Shows the waiting segments in the tray. */
  #fillTray() {
    const waiting = this.#under.filter(({ held }) => held);
    this.#order = this.#order.filter((id) => waiting.some((segment) => segment.id === id));
    this.#shown = ordered(waiting, this.#order);
    this.#tray.hidden = !this.#state.held && waiting.length === 0;
    this.#tray.querySelector(".why").textContent = this.#words(this.#waits ? "hand.script_waits" : waiting.length ? "hand.first" : "hand.nothing");
    const list = this.#tray.querySelector("ol");
    const focused = list.contains(document.activeElement) ? document.activeElement : null;
    const [row, action] = [focused?.closest("li")?.dataset.id, focused?.dataset.action];
    const old = new Map([...list.children].map((item) => [item.dataset.id, item]));
    const items = this.#shown.map((segment) => old.get(String(segment.id)) ?? this.#item(segment));
    if (items.some((item, index) => list.children[index] !== item) || items.length !== list.children.length) list.replaceChildren(...items);
    items.forEach((item, index) => {
      item.querySelector("[data-action=earlier]").disabled = index === 0;
      item.querySelector("[data-action=later]").disabled = index === items.length - 1;
    });
    if (!focused || focused === document.activeElement) return;
    // The button with the focus was moved, or is gone: the focus goes to the same action of the row that is there now.
    const next = list.querySelector(`[data-id="${row}"]`) ?? list.firstElementChild;
    (next?.querySelector(`[data-action=${action}]:enabled`) ?? next?.querySelector("[data-action]:enabled") ?? this.#home).focus();
  }

  /** The element that takes the focus of a removed button. */
  get #home() {
    return this.#bar.hidden ? document.querySelector(".ladder") : this.#bar.querySelector("[data-wire=hold]");
  }

  #item(segment) {
    const { id, from, to } = segment;
    const name = nameOf(segment);
    const button = (action, content, label) => element("button", { type: "button", "data-action": action, "data-id": id, "aria-label": label, title: label }, content);
    const label = (action) => this.#words(`hand.of.${action}`, { segment: name, host: from });
    const pick = element("button", { type: "button", className: `name ${kindOf(segment)}`, "data-pick": id, title: this.#words("hand.open") }, name);
    const handle = element("span", { className: "handle", ariaHidden: true }, "⠿");
    const route = element("span", { className: "route" }, `${from} ${ARROWS.client} ${to}`);
    const actions = ["deliver", "drop", "duplicate"].map((action) => Object.assign(button(action, this.#words(`hand.${action}`), label(action)), { className: "act" }));
    const order = [button("earlier", "↑", label("earlier")), button("later", "↓", label("later"))];
    return element("li", { "data-id": id, "data-from": from }, handle, pick, route, element("span", { className: "actions" }, ...actions, ...order));
  }

  /** Shows the actions on the open segment, while it is under way. */
  #offer(segment) {
    const focused = this.#actions.contains(document.activeElement);
    this.#actions.hidden = !segment;
    if (!segment) return focused && this.#home.focus();
    const names = [segment.held ? "deliver" : "hold", "drop", "duplicate"];
    const drawn = `${segment.id} ${names}`;
    if (this.#actions.dataset.drawn === drawn) return;
    this.#actions.dataset.drawn = drawn;
    const buttons = names.map((action) =>
      element("button", { type: "button", className: "act", "data-action": action, "data-id": segment.id, title: action === "drop" ? `${this.#words("hand.drop")} (x)` : "" }, this.#words(action === "hold" ? "hand.keep" : `hand.${action}`)),
    );
    this.#actions.replaceChildren(element("span", {}, this.#words(segment.held ? "hand.is_held" : "hand.is_flying")), ...buttons);
    if (focused) buttons[0].focus();
  }

  #press(button) {
    if (!button) return;
    const { action, pick } = button.dataset;
    if (pick) return this.#onPick(Number(pick));
    const id = Number(button.dataset.id);
    if (action === "earlier" || action === "later") return this.#move(id, action === "earlier" ? -1 : 1);
    const segment = this.#under.find((other) => other.id === id);
    if (segment) this.#onLines([lineFor(action, segment, this.#under)]);
  }

  #move(id, by) {
    this.#order = moved(this.#shown.map(({ id }) => id), id, by);
    this.#fillTray();
  }

  /** Drags a segment to another position, by mouse or finger. */
  #drag(event) {
    const item = event.target.closest(".handle")?.closest("li");
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
