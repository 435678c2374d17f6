// Sends lines to a run, one after the other. Lines for the wire have a queue of their own, since they act at once.

import { errorText } from "./error-text.js";

export class LineQueue {
  #send;
  #words;
  #onChange;
  #last = { wire: Promise.resolve(), rest: Promise.resolve() };
  #waiting = [];

  /** `send` sends a line; `onChange` is called with the lines that have not begun, at each change. */
  constructor({ send, words, onChange }) {
    this.#send = send;
    this.#words = words;
    this.#onChange = onChange;
  }

  /** Sends a line to the run of that id in the queue `wire` or `rest`; resolves with null or the line's fault. */
  add(id, line, queue) {
    const entry = { id, line };
    this.#change([...this.#waiting, entry]);
    const played = this.#last[queue].then(() => this.#play(entry)).finally(() => this.#change(this.#waiting.filter((other) => other !== entry)));
    this.#last[queue] = played;
    return played;
  }

  /** Forgets the lines that were not sent. */
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

  /** The fault as a sentence, with its position in the line where it has one. */
  #fault(error) {
    if (error.answer?.error === "script") {
      const [{ column, length, found, expected }] = error.answer.mistakes;
      return { column, length, text: this.#words("free.mistake", { found, expected }) };
    }
    return { text: errorText(this.#words, error, { over: "free.is_over", not_open: "free.not_open", key: "free.no_key", busy: "free.busy" }) };
  }
}
