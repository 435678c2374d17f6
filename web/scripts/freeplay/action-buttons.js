// The desk below the hosts: for each actor a row of buttons for what it can do now. What cannot be done says why.
//
// A row is a toolbar: one stop of the Tab key, and the arrow keys go through it.

import { element } from "../dom/element.js";
import { markup } from "../dom/markup.js";
import { rows } from "../script/suggestion-rows.js";

export class ActionButtons {
  #element;
  #tip;
  #words;
  #onLine;
  #buttons = new Map();
  /** The rows whose rare deeds are shown. */
  #open = new Set();
  #offers = [];
  /** The button whose reason is shown. */
  #explained = null;
  #drawn = { client: "", server: "" };

  /** `onLine` is called with the line that somebody wants to be played. */
  constructor(element, { words, onLine }) {
    this.#element = element;
    this.#tip = element.querySelector(".tip");
    this.#words = words;
    this.#onLine = onLine;
    element.addEventListener("click", ({ target }) => this.#press(target.closest("button")));
    element.addEventListener("keydown", (event) => this.#walk(event));
    for (const [type, shows] of [["focusin", true], ["pointerover", true], ["focusout", false], ["pointerout", false]]) {
      element.addEventListener(type, ({ target }) => this.#explain(shows ? target.closest("button[aria-disabled=true]") : null));
    }
  }

  set isShown(shown) {
    this.#element.hidden = !shown;
    if (!shown) this.#explain(null);
  }

  /** Draws the rows anew; a button that stays keeps the focus. */
  show(offers) {
    this.#offers = offers;
    const focused = this.#element.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    for (const host of ["client", "server"]) this.#host(host, rows(offers, host));
    const known = new Set([...this.#element.querySelectorAll("[data-key]")].map(({ dataset }) => dataset.key));
    for (const key of this.#buttons.keys()) if (!known.has(key)) this.#buttons.delete(key);
    if (focused && !this.#element.contains(document.activeElement)) (this.#buttons.get(focused) ?? this.#element.querySelector("button")).focus();
    if (this.#explained?.getAttribute("aria-disabled") !== "true") this.#explain(null);
  }

  /** Goes to a host's first row. */
  focus(host) {
    const place = this.#element.querySelector(`[data-host=${host}] [role=toolbar]`);
    (place?.querySelector("[tabindex='0']") ?? place?.querySelector("button"))?.focus();
  }

  #host(host, rows) {
    const place = this.#element.querySelector(`[data-host=${host}]`);
    // What stands in a row changes seldom; whether it can be done changes often.
    const shape = rows.map(({ key, usual, rare }) => [key, this.#open.has(key), ...[...usual, ...rare].map(({ key }) => key)].join()).join("\n");
    const drawn = rows.map((row) => this.#row(row));
    if (shape !== this.#drawn[host]) {
      this.#drawn[host] = shape;
      place.replaceChildren(...drawn.map((build) => build()));
    }
    for (const bar of place.querySelectorAll("[role=toolbar]")) this.#stop(bar, bar.querySelector("[tabindex='0']"));
  }

  /** Brings a row's buttons up to date; the function that is given lays them out. */
  #row({ key, actor, socket, usual, rare }) {
    const common = usual.map((deed) => this.#button(deed));
    const seldom = rare.map((deed) => this.#button(deed));
    return () => {
      const open = this.#open.has(key);
      const bar = element("div", { role: "toolbar", "aria-label": [actor, socket].filter(Boolean).join(" · ") });
      bar.append(element("b", { className: "who" }, socket ? `· ${socket}` : actor));
      let verb = null;
      for (const [index, { verb: wanted }] of usual.entries()) {
        if (wanted && wanted !== verb?.dataset.verb) bar.append((verb = element("span", { className: "verb", "data-verb": wanted }, element("i", {}, wanted))));
        (wanted ? verb : bar).append(common[index]);
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

  /** The id of the element that says a reason to whoever does not see. */
  #reason(text) {
    const place = this.#element.querySelector(".reasons");
    const said = text.replaceAll("`", "");
    const known = [...place.children].find((child) => child.textContent === said);
    if (known) return known.id;
    place.append(element("span", { id: `reason-${place.children.length}` }, said));
    return place.lastChild.id;
  }

  #press(button) {
    if (!button) return;
    const { more, line } = button.dataset;
    if (more) {
      this.#open[this.#open.has(more) ? "delete" : "add"](more);
      return this.show(this.#offers);
    }
    if (button.getAttribute("aria-disabled") === "true") return this.#explain(button); // a finger cannot point
    this.#onLine(line);
  }

  /** Why a button cannot be pressed, beside it. */
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

  /** One button of each row is what the Tab key comes to. */
  #stop(bar, wanted) {
    const buttons = [...bar.querySelectorAll("button")];
    const stop = buttons.includes(wanted) ? wanted : buttons[0];
    for (const button of buttons) button.tabIndex = button === stop ? 0 : -1;
  }

  #walk(event) {
    const bar = event.target.closest("[role=toolbar]");
    const bars = [...this.#element.querySelectorAll("[role=toolbar]")].filter((bar) => bar.offsetParent);
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
    event.stopPropagation(); // these keys move the playhead everywhere else
    const goal = goals[event.key]();
    this.#stop(goal.closest("[role=toolbar]"), goal);
    goal.focus();
  }
}
