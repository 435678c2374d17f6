// The buttons below the hosts: for each actor, a row of its possible actions. A disabled button shows the reason.
//
// A row is a toolbar: one stop of the Tab key, and the arrow keys go through it.

import { element } from "../dom/element.js";
import { markup } from "../dom/markup.js";
import { rows } from "../script/suggestion-rows.js";

export class ActionButtons {
  #root;
  #tip;
  #words;
  #onLine;
  #buttons = new Map();
  /** The rows whose rare actions are shown. */
  #open = new Set();
  #suggestions = [];
  /** The disabled button whose reason is shown. */
  #explained = null;
  #drawn = { client: "", server: "" };

  /** `onLine` is called with the line of a pressed button. */
  constructor(root, { words, onLine }) {
    this.#root = root;
    this.#tip = root.querySelector(".tip");
    this.#words = words;
    this.#onLine = onLine;
    root.addEventListener("click", ({ target }) => this.#press(target.closest("button")));
    root.addEventListener("keydown", (event) => this.#walk(event));
    for (const [type, shows] of [["focusin", true], ["pointerover", true], ["focusout", false], ["pointerout", false]]) {
      root.addEventListener(type, ({ target }) => this.#explain(shows ? target.closest("button[aria-disabled=true]") : null));
    }
  }

  set isShown(shown) {
    this.#root.hidden = !shown;
    if (!shown) this.#explain(null);
  }

  /** Draws the rows for suggestions; a button that stays keeps the focus. */
  show(suggestions) {
    this.#suggestions = suggestions;
    const focused = this.#root.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    for (const host of ["client", "server"]) this.#host(host, rows(suggestions, host));
    const known = new Set([...this.#root.querySelectorAll("[data-key]")].map(({ dataset }) => dataset.key));
    for (const key of this.#buttons.keys()) if (!known.has(key)) this.#buttons.delete(key);
    if (focused && !this.#root.contains(document.activeElement)) (this.#buttons.get(focused) ?? this.#root.querySelector("button")).focus();
    if (this.#explained?.getAttribute("aria-disabled") !== "true") this.#explain(null);
  }

  /** Goes to a host's first row. */
  focus(host) {
    const bar = this.#root.querySelector(`[data-host=${host}] [role=toolbar]`);
    (bar?.querySelector("[tabindex='0']") ?? bar?.querySelector("button"))?.focus();
  }

  #host(host, rows) {
    const box = this.#root.querySelector(`[data-host=${host}]`);
    // The actions of a row change seldom, their reasons often.
    const shape = rows.map(({ key, usual, rare }) => [key, this.#open.has(key), ...[...usual, ...rare].map(({ key }) => key)].join()).join("\n");
    const drawn = rows.map((row) => this.#row(row));
    if (shape !== this.#drawn[host]) {
      this.#drawn[host] = shape;
      box.replaceChildren(...drawn.map((build) => build()));
    }
    for (const bar of box.querySelectorAll("[role=toolbar]")) this.#setStop(bar, bar.querySelector("[tabindex='0']"));
  }

  /** Updates a row's buttons; returns a function that lays them out. */
  #row({ key, actor, socket, usual, rare }) {
    const common = usual.map((action) => this.#button(action));
    const seldom = rare.map((action) => this.#button(action));
    return () => {
      const open = this.#open.has(key);
      const bar = element("div", { role: "toolbar", "aria-label": [actor, socket].filter(Boolean).join(" · ") });
      bar.append(element("b", { className: "who" }, socket ? `· ${socket}` : actor));
      let verb = null;
      for (const [index, { verb: next }] of usual.entries()) {
        if (next && next !== verb?.dataset.verb) bar.append((verb = element("span", { className: "verb", "data-verb": next }, element("i", {}, next))));
        (next ? verb : bar).append(common[index]);
      }
      if (rare.length) {
        const more = element("button", { type: "button", className: "more", "data-key": `${key}: more`, "data-more": key, "aria-expanded": open }, this.#words(open ? "free.less" : "free.more"));
        this.#buttons.set(more.dataset.key, more);
        bar.append(more);
      }
      if (open) bar.append(element("span", { className: "rare" }, ...seldom));
      return bar;
    };
  }

  #button({ key, line, whole, text, reason }) {
    const button = this.#buttons.get(key) ?? element("button", { type: "button", tabIndex: -1, "data-key": key });
    this.#buttons.set(key, button);
    if (button.textContent !== text) button.textContent = text;
    button.dataset.line = line;
    button.setAttribute("aria-label", whole);
    button.title = reason ? "" : line;
    button.setAttribute("aria-disabled", Boolean(reason));
    button.dataset.reason = reason ?? "";
    if (reason) button.setAttribute("aria-describedby", this.#reason(reason));
    else button.removeAttribute("aria-describedby");
    return button;
  }

  /** The id of a hidden element with the reason, for screen readers. */
  #reason(text) {
    const box = this.#root.querySelector(".reasons");
    const plain = text.replaceAll("`", "");
    const known = [...box.children].find((child) => child.textContent === plain);
    if (known) return known.id;
    box.append(element("span", { id: `reason-${box.children.length}` }, plain));
    return box.lastChild.id;
  }

  #press(button) {
    if (!button) return;
    const { more, line } = button.dataset;
    if (more) {
      this.#open[this.#open.has(more) ? "delete" : "add"](more);
      return this.show(this.#suggestions);
    }
    if (button.getAttribute("aria-disabled") === "true") return this.#explain(button); // a finger cannot hover
    this.#onLine(line);
  }

  /** Shows beside a button why it is disabled. */
  #explain(button) {
    this.#explained = button;
    this.#tip.hidden = !button;
    if (!button) return;
    markup(this.#tip, button.dataset.reason);
    const { left, bottom, width } = button.getBoundingClientRect();
    const zoom = Number(getComputedStyle(document.body).zoom) || 1;
    const room = document.documentElement.clientWidth;
    const half = this.#tip.offsetWidth / 2;
    const middle = Math.min(Math.max(left + width / 2, half + 8), room - half - 8);
    this.#tip.style.setProperty("left", `${middle / zoom}px`);
    this.#tip.style.setProperty("top", `${(bottom + 6) / zoom}px`);
  }

  /** Makes one button of a row the stop of the Tab key. */
  #setStop(bar, preferred) {
    const buttons = [...bar.querySelectorAll("button")];
    const stop = buttons.includes(preferred) ? preferred : buttons[0];
    for (const button of buttons) button.tabIndex = button === stop ? 0 : -1;
  }

  #walk(event) {
    const bar = event.target.closest("[role=toolbar]");
    const bars = [...this.#root.querySelectorAll("[role=toolbar]")].filter((bar) => bar.offsetParent);
    const buttons = bar ? [...bar.querySelectorAll("button")] : [];
    const at = buttons.indexOf(event.target);
    const row = (step) => bars[(bars.indexOf(bar) + step + bars.length) % bars.length];
    const goals = {
      ArrowRight: () => buttons[(at + 1) % buttons.length],
      ArrowLeft: () => buttons[(at - 1 + buttons.length) % buttons.length],
      ArrowDown: () => row(1).querySelector("[tabindex='0']"),
      ArrowUp: () => row(-1).querySelector("[tabindex='0']"),
      Home: () => buttons[0],
      End: () => buttons.at(-1),
    };
    if (at < 0 || !goals[event.key] || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation(); // elsewhere these keys move the playhead
    const goal = goals[event.key]();
    this.#setStop(goal.closest("[role=toolbar]"), goal);
    goal.focus();
  }
}
