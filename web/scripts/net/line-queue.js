// Writes lines into a run, one after the other. Those for the wire do not wait for the others: they act at once.

import { refusal } from "./error-text.js";

export class Pen {
  #send;
  #words;
  #onChange;
  #last = { wire: Promise.resolve(), rest: Promise.resolve() };
  #waiting = [];

  /** `send` sends a line; `onChange` is called with the lines that have not begun yet, whenever they change. */
  constructor({ send, words, onChange }) {
    this.#send = send;
    this.#words = words;
    this.#onChange = onChange;
  }

  /** Writes a line into the run of that id; resolves with null, or with what is wrong with it. */
  write(id, line) {
    const way = /^\s*wire\b/.test(line) ? "wire" : "rest";
    const entry = { id, line };
    this.#change([...this.#waiting, entry]);
    const played = this.#last[way].then(() => this.#play(entry)).finally(() => this.#change(this.#waiting.filter((other) => other !== entry)));
    this.#last[way] = played;
    return played;
  }

  /** Forgets what was not sent yet. */
  clear() {
    this.#change([]);
  }

  #change(waiting) {
    this.#waiting = waiting;
    this.#onChange(waiting.map(({ line }) => line));
  }

  async #play(entry) {
    if (!this.#waiting.includes(entry)) return null;
    try {
      await this.#send(entry.id, entry.line);
      return null;
    } catch (error) {
      return this.#fault(error);
    }
  }

  /** What is wrong, in a sentence; where it is a place in the line, with that. */
  #fault(error) {
    if (error.answer?.error === "script") {
      const [{ column, length, found, expected }] = error.answer.mistakes;
      return { column, length, text: this.#words("free.mistake", { found, expected }) };
    }
    return { text: refusal(this.#words, error, { over: "free.is_over", not_open: "free.not_open", key: "free.no_key", busy: "free.busy" }) };
  }
}
