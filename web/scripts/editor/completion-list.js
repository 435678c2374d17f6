// The list of words that can stand at the caret, beside the caret.

import { element } from "../dom/element.js";
import { Listbox } from "../dom/listbox.js";

export class CompletionList {
  #list;
  #listbox;
  #words;
  #onPick;
  #completions = [];

  /** `onPick` is called with the picked word. */
  constructor(list, area, { words, onPick }) {
    this.#list = list;
    this.#listbox = new Listbox(list, area, { onPick: (index) => this.#take(index) });
    this.#words = words;
    this.#onPick = onPick;
  }

  /** Shows words at a position on the screen; each begins with `typed`. With `sure`, the first word is chosen. */
  show(completions, typed, { left, top, bottom }, sure) {
    this.#completions = completions;
    this.#listbox.show(completions.map((completion) => this.#option(completion, typed)));
    const { width, height } = this.#list.getBoundingClientRect();
    const room = { width: document.documentElement.clientWidth, height: document.documentElement.clientHeight };
    const below = bottom + height <= room.height || top < room.height - bottom;
    this.#list.style.left = `${Math.max(0, Math.min(left, room.width - width))}px`;
    this.#list.style.top = `${below ? bottom : top - height}px`;
    this.#listbox.choose(sure ? 0 : -1);
  }

  /** More was typed, and the new completions have not come: the chosen word stays chosen only if it goes on from `typed`. */
  narrow(typed) {
    const chosen = this.#completions[this.#listbox.active]?.text ?? "";
    if (chosen === typed || !chosen.startsWith(typed)) this.#listbox.choose(-1);
  }

  hide() {
    this.#listbox.hide();
    this.#completions = [];
  }

  /** Handles a key of the list; returns whether it was one. Enter and Tab take the chosen word. */
  press(key) {
    if (!this.#listbox.isOpen) return false;
    const keys = {
      ArrowDown: () => this.#listbox.step(1),
      ArrowUp: () => this.#listbox.step(-1),
      Escape: () => this.hide(),
    };
    const { active } = this.#listbox;
    if (active >= 0) keys.Enter = keys.Tab = () => this.#take(active);
    if (!keys[key]) return false;
    keys[key]();
    return true;
  }

  #take(index) {
    const { text } = this.#completions[index];
    this.hide();
    this.#onPick(text);
  }

  #option({ text, kind }, typed) {
    const begin = element("b", {}, text.slice(0, typed.length));
    const word = element("span", { className: `is-${kind}` }, begin, text.slice(typed.length));
    return [word, " ", element("i", {}, this.#words(`kind.${kind}`))];
  }
}
