// The command line: one line of the script, played by Enter. Remembers earlier lines, and completes a line.

import { element } from "../dom/element.js";
import { Listbox } from "../dom/listbox.js";

/** The number of lines that are remembered. */
const REMEMBERED = 100;
/** The most completions in the list. */
const MAX_COMPLETIONS = 12;

export class CommandLine {
  #form;
  #input;
  #listbox;
  #waiting;
  #mistake;
  #words;
  #acts;
  #past = [];
  /** The index of the past line in the field; the number of past lines for a new one. */
  #at = 0;
  #draft = "";
  #completions = [];
  /** The number of the last request for completions; answers to earlier ones are late. */
  #turn = 0;

  /** `onLine` plays a line and resolves with null or the line's mistake; `complete` resolves with the completions of a line. */
  constructor(form, { words, onLine, complete }) {
    this.#form = form;
    this.#words = words;
    this.#acts = { onLine, complete };
    this.#input = form.querySelector("input");
    this.#listbox = new Listbox(form.querySelector("[role=listbox]"), this.#input, { onPick: (index) => this.#take(index) });
    this.#waiting = form.querySelector(".waiting");
    this.#mistake = form.querySelector(".mistake");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const { active } = this.#listbox;
      if (active >= 0) this.#take(active);
      else this.#play();
    });
    this.#input.addEventListener("keydown", (event) => this.#press(event));
    this.#input.addEventListener("input", () => this.#typed());
    this.#input.addEventListener("blur", () => this.#close());
  }

  set isShown(shown) {
    this.#form.hidden = !shown;
  }

  focus() {
    this.#input.focus();
  }

  /** Lists the lines that were sent and have not begun. */
  waiting(lines) {
    this.#waiting.replaceChildren(...lines.map((line) => element("li", {}, element("code", {}, line), element("span", {}, this.#words("free.waits")))));
  }

  /** Shows the mistake of a line, with a mark at its position; none where `mistake` is null. */
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
    // The line comes back to be mended, unless another one was begun.
    if (mistake && !this.#input.value) {
      this.#input.value = line;
      this.#at = this.#past.length;
    }
  }

  #press(event) {
    const { key } = event;
    const { isOpen, active } = this.#listbox;
    if (key === "ArrowUp" || key === "ArrowDown") {
      event.preventDefault();
      const step = key === "ArrowUp" ? -1 : 1;
      if (isOpen) this.#listbox.step(step);
      else this.#recall(step);
    } else if (key === "Tab" && !event.shiftKey && isOpen) {
      event.preventDefault(); // without a list, Tab moves the focus
      if (this.#completions.length === 1 || active >= 0) this.#take(Math.max(active, 0));
      else this.#listbox.choose(0);
    } else if (key === "Escape") {
      event.stopPropagation();
      if (isOpen) this.#close();
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

  #typed() {
    this.fault("", null);
    this.#at = this.#past.length;
    if (this.#input.value.trim()) this.#complete();
    else this.#close();
  }

  /** Asks for completions of the line; the answer counts only for the same line. */
  async #complete() {
    const turn = (this.#turn += 1);
    const { value, selectionStart } = this.#input;
    const answer = await this.#acts.complete(value, [...value.slice(0, selectionStart)].length + 1);
    if (turn !== this.#turn || value !== this.#input.value || document.activeElement !== this.#input) return;
    if (!answer?.completions.length) return this.#close();
    this.#completions = answer.completions.slice(0, MAX_COMPLETIONS).map((completion) => ({ ...completion, from: answer.from }));
    this.#listbox.show(this.#completions.map(({ text, kind }) => [element("code", {}, text), element("span", {}, this.#words(`kind.${kind}`))]));
  }

  /** Puts a completion into the line, in place of the word that it completes. */
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
    this.#turn += 1;
    this.#completions = [];
    this.#listbox.hide();
  }
}
