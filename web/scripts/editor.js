// The editor in the script's place: a text, and the mistakes that the server's parser finds in it.

import { check } from "./source.js";

export class Editor {
  #form;
  #area;
  #mistakes;
  #words;
  #checking;

  /** `onChange` is called with the text whenever it changes. */
  constructor(form, { words, onChange }) {
    this.#form = form;
    this.#words = words;
    this.#area = form.querySelector("textarea");
    this.#mistakes = form.querySelector(".mistakes");
    form.addEventListener("submit", (event) => event.preventDefault());
    this.#area.addEventListener("input", () => {
      onChange(this.text);
      clearTimeout(this.#checking);
      this.#checking = setTimeout(() => this.#check(), 250);
    });
  }

  get text() {
    return this.#area.value;
  }

  get isOpen() {
    return !this.#form.hidden;
  }

  open(text) {
    this.#area.value = text;
    this.#area.rows = Math.max(10, text.split("\n").length);
    this.#form.hidden = false;
    this.show([]);
  }

  close() {
    clearTimeout(this.#checking);
    this.#form.hidden = true;
  }

  /** Checks what stands there now; the answer counts only if it still does when it comes. */
  async #check() {
    const text = this.text;
    const mistakes = await check(text).catch(() => null);
    if (mistakes && text === this.text && this.isOpen) this.show(mistakes);
  }

  /** Lists mistakes; each leads to its place. */
  show(mistakes) {
    this.#mistakes.replaceChildren(
      ...mistakes.map((mistake) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = this.#words("error.mistake", mistake);
        button.addEventListener("click", () => this.select(mistake));
        item.append(button);
        return item;
      }),
    );
  }

  /** Marks what is wrong. Columns and lengths count characters, a text area counts UTF-16 units. */
  select({ line, column, length }) {
    const lines = this.text.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, before) => sum + before.length + 1, 0);
    const units = (from, to) => [...(lines[line - 1] ?? "")].slice(from, to).join("").length;
    const begin = start + units(0, column - 1);
    this.#area.focus();
    this.#area.setSelectionRange(begin, begin + units(column - 1, column - 1 + length));
  }
}
