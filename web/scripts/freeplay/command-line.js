// The command line: one line of the script, played by Enter. Knows what was written before, and how a line can go on.

import { element } from "../dom/element.js";

/** How many lines are remembered. */
const REMEMBERED = 100;

export class CommandLine {
  #form;
  #input;
  #list;
  #queue;
  #mistake;
  #words;
  #acts;
  #past = [];
  /** Which of the past lines stands there; as many as there are for the one that is being written. */
  #at = 0;
  #draft = "";
  #completions = null;
  #picked = -1;
  #asked = 0;

  /** `onLine` plays a line and resolves with null or the mistake that it is; `complete` says how a line can go on. */
  constructor(form, { words, onLine, complete }) {
    this.#form = form;
    this.#words = words;
    this.#acts = { onLine, complete };
    this.#input = form.querySelector("input");
    this.#list = form.querySelector("[role=listbox]");
    this.#queue = form.querySelector(".waiting");
    this.#mistake = form.querySelector(".mistake");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#picked >= 0) this.#take(this.#picked);
      else this.#play();
    });
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#input.addEventListener("input", () => this.#written());
    this.#input.addEventListener("blur", () => this.#close());
    this.#list.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the focus stays where one writes
      const option = event.target.closest("[role=option]");
      if (option) this.#take(Number(option.dataset.index));
    });
  }

  set isShown(shown) {
    this.#form.hidden = !shown;
  }

  focus() {
    this.#input.focus();
  }

  /** Lines that were sent and have not begun yet. */
  waiting(lines) {
    this.#queue.replaceChildren(...lines.map((line) => element("li", {}, element("code", {}, line), element("span", {}, this.#words("free.waits")))));
  }

  /** Shows what is wrong with a line, with a mark at its place; nothing where `mistake` is null. */
  fault(line, mistake) {
    this.#mistake.replaceChildren();
    this.#input.setAttribute("aria-invalid", Boolean(mistake));
    if (!mistake) return;
    const { column, length, text } = mistake;
    const mark = element("pre", { ariaHidden: true }, `${line}\n${" ".repeat(Math.max(column - 1, 0))}${"^".repeat(length)}`);
    this.#mistake.append(...(column ? [mark] : []), element("p", {}, text));
  }

  async #play() {
    const line = this.#input.value.trim();
    if (!line) return;
    this.#past = [...this.#past.filter((past) => past !== line), line].slice(-REMEMBERED);
    this.#input.value = "";
    this.#close();
    [this.#at, this.#draft] = [this.#past.length, ""];
    const mistake = await this.#acts.onLine(line);
    this.fault(line, mistake);
    // Whoever has not begun another line gets it back.
    if (mistake && !this.#input.value) {
      this.#input.value = line;
      this.#at = this.#past.length;
    }
  }

  #key(event) {
    const { key } = event;
    const list = this.#completions?.length > 0;
    if (key === "ArrowUp" || key === "ArrowDown") {
      event.preventDefault();
      const step = key === "ArrowUp" ? -1 : 1;
      if (list) this.#pick((this.#picked + step + this.#completions.length) % this.#completions.length);
      else this.#recall(step);
    } else if (key === "Tab" && !event.shiftKey && list) {
      event.preventDefault(); // without a list it leads on, as everywhere
      if (this.#completions.length === 1 || this.#picked >= 0) this.#take(Math.max(this.#picked, 0));
      else this.#pick(0);
    } else if (key === "Escape") {
      event.stopPropagation();
      if (list) this.#close();
      else this.#input.blur();
    }
  }

  #recall(step) {
    const to = Math.min(Math.max(this.#at + step, 0), this.#past.length);
    if (to === this.#at) return;
    if (this.#at === this.#past.length) this.#draft = this.#input.value;
    this.#at = to;
    this.#input.value = this.#past[to] ?? this.#draft;
    this.#input.setSelectionRange(this.#input.value.length, this.#input.value.length);
  }

  #written() {
    this.fault("", null);
    this.#at = this.#past.length;
    if (this.#input.value.trim()) this.#ask();
    else this.#close();
  }

  /** Asks how the line can go on; the answer counts only if it is still the same line. */
  async #ask() {
    const asked = (this.#asked += 1);
    const { value, selectionStart } = this.#input;
    const answer = await this.#acts.complete(value, [...value.slice(0, selectionStart)].length + 1);
    if (asked !== this.#asked || value !== this.#input.value || document.activeElement !== this.#input) return;
    if (!answer?.completions.length) return this.#close();
    this.#completions = answer.completions.slice(0, 12).map((completion) => ({ ...completion, from: answer.from }));
    this.#draw();
  }

  #draw() {
    const options = this.#completions.map(({ text, kind }, index) =>
      element("li", { role: "option", id: `completion-${index}`, "data-index": index, "aria-selected": false }, element("code", {}, text), element("span", {}, this.#words(`kind.${kind}`))),
    );
    this.#picked = -1;
    this.#list.replaceChildren(...options);
    this.#list.hidden = false;
    this.#input.setAttribute("aria-expanded", true);
    this.#input.removeAttribute("aria-activedescendant");
  }

  #pick(index) {
    this.#picked = index;
    for (const [at, option] of [...this.#list.children].entries()) option.setAttribute("aria-selected", at === index);
    this.#list.children[index].scrollIntoView({ block: "nearest" });
    this.#input.setAttribute("aria-activedescendant", `completion-${index}`);
  }

  /** Puts a completion into the line, in the place of what it completes. */
  #take(index) {
    const { text, from } = this.#completions[index];
    const { value, selectionStart } = this.#input;
    const before = [...value].slice(0, from - 1).join("") + text;
    const after = value.slice(selectionStart);
    this.#input.value = `${before}${after || " "}`;
    this.#input.setSelectionRange(before.length + 1, before.length + 1);
    this.#close();
  }

  #close() {
    this.#asked += 1;
    this.#completions = null;
    this.#picked = -1;
    this.#list.hidden = true;
    this.#list.replaceChildren();
    this.#input.setAttribute("aria-expanded", false);
    this.#input.removeAttribute("aria-activedescendant");
  }
}
