// The list of words that can stand where somebody writes. The focus stays in the text; the list says what would come.

import { element } from "../dom/element.js";

export class CompletionList {
  #list;
  #area;
  #words;
  #onPick;
  #shown = [];
  #active = -1;

  /** `onPick` is called with the word that somebody takes. */
  constructor(list, area, { words, onPick }) {
    this.#list = list;
    this.#area = area;
    this.#words = words;
    this.#onPick = onPick;
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays where it is
    list.addEventListener("click", ({ target }) => {
      const option = target.closest("[role=option]");
      if (option) this.#take([...list.children].indexOf(option));
    });
  }

  get isOpen() {
    return !this.#list.hidden;
  }

  /** Shows words at a place on the screen; what was typed begins them. With `sure`, the first of them is chosen. */
  show(completions, typed, { left, top, bottom }, sure) {
    this.#shown = completions;
    this.#list.replaceChildren(...completions.map((it, index) => this.#option(it, typed, index)));
    this.#list.hidden = false;
    this.#area.setAttribute("aria-controls", this.#list.id);
    const { width, height } = this.#list.getBoundingClientRect();
    const room = { width: document.documentElement.clientWidth, height: document.documentElement.clientHeight };
    const below = bottom + height <= room.height || top < room.height - bottom;
    this.#list.style.left = `${Math.max(0, Math.min(left, room.width - width))}px`;
    this.#list.style.top = `${below ? bottom : top - height}px`;
    this.#choose(sure ? 0 : -1);
  }

  /** More was typed, and its words are not there yet: the chosen one stays so only where it still goes on from that. */
  narrow(typed) {
    const chosen = this.#shown[this.#active]?.text ?? "";
    if (chosen === typed || !chosen.startsWith(typed)) this.#choose(-1);
  }

  hide() {
    if (!this.isOpen) return;
    this.#list.hidden = true;
    this.#list.replaceChildren();
    this.#shown = [];
    this.#choose(-1);
  }

  /** Takes a key where it is one of the list's; whether it was. Without a chosen word Enter and Tab are none. */
  press(key) {
    if (!this.isOpen) return false;
    const count = this.#shown.length;
    const keys = {
      ArrowDown: () => this.#choose((this.#active + 1) % count),
      ArrowUp: () => this.#choose((Math.max(this.#active, 0) + count - 1) % count),
      Escape: () => this.hide(),
    };
    if (this.#active >= 0) keys.Enter = keys.Tab = () => this.#take(this.#active);
    if (!keys[key]) return false;
    keys[key]();
    return true;
  }

  #take(index) {
    const { text } = this.#shown[index];
    this.hide();
    this.#onPick(text);
  }

  #choose(index) {
    this.#list.children[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = index;
    const option = this.#list.children[index];
    if (!option) return this.#area.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.#area.setAttribute("aria-activedescendant", option.id);
  }

  #option({ text, kind }, typed, index) {
    const begin = element("b", {}, text.slice(0, typed.length));
    const word = element("span", { className: `is-${kind}` }, begin, text.slice(typed.length));
    const option = element("li", { id: `suggestion-${index}` }, word, " ", element("i", {}, this.#words(`kind.${kind}`)));
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    return option;
  }
}
