// Free play: the desk and the command line under a run that takes lines, its warning when nothing happens, and its end.

import { $ } from "../dom/page.js";
import { keep } from "../net/api.js";
import { complete, offers } from "../net/script-api.js";
import { textOf, undone } from "../script/live-script.js";
import { ActionButtons } from "./action-buttons.js";
import { CommandLine } from "./command-line.js";

export class FreePlay {
  #words;
  #acts;
  #buttons;
  #commandLine;
  #over = $(".over");
  #idle = $(".idle-warning");
  /** The script whose offers are shown. */
  #text;
  /** Whether somebody has said that he stays. */
  #stays = false;
  #lines = [];

  /**
   * `acts.write` plays a line and resolves with null or what is wrong with it; `acts.begin` starts a run from lines, `again`
   * where they were played before.
   */
  constructor({ words, acts }) {
    this.#words = words;
    this.#acts = acts;
    this.#buttons = new ActionButtons($(".desk"), { words, onLine: (line) => this.#play(line) });
    this.#commandLine = new CommandLine($(".command"), {
      words,
      onLine: acts.write,
      complete: (line, column) => this.#complete(line, column),
    });
    for (const button of document.querySelectorAll("[data-start]")) {
      button.addEventListener("click", () => acts.begin(button.dataset.start));
      button.disabled = false; // only from now on it does something
    }
    this.#idle.querySelector("button").addEventListener("click", () => this.#stay());
    this.#over.querySelector("[data-again]").addEventListener("click", () => acts.begin(textOf(this.#lines)));
  }

  /** Takes note of a run's script. */
  take(lines) {
    this.#lines = lines;
    const text = textOf(lines);
    if (text === this.#text) return;
    this.#text = text;
    this.#offer(text);
  }

  /** `able` says whether lines can be played, `left` in how many seconds the run `id` ends by itself, `ended` how it ended. */
  show({ id, able, ended, left }) {
    this.#buttons.isShown = able;
    this.#commandLine.isShown = able;
    this.#follow();
    this.#stays &&= left !== null;
    this.#idle.hidden = !able || left === null || this.#stays;
    if (!this.#idle.hidden) {
      const said = this.#words("free.idle", { seconds: Math.max(0, Math.ceil(left)) });
      const place = this.#idle.querySelector("p");
      if (place.textContent !== said) place.textContent = said;
    }
    if (this.#over.hidden === !ended) return;
    this.#over.hidden = !ended;
    if (!ended) return;
    this.#over.querySelector("p").textContent = this.#words(ended.how === "idle" ? "free.ended_idle" : "free.ended");
    this.#tellKept(id);
  }

  /** Where the recording of a lab lies that has ended. The server keeps it by itself; to ask for it again gives its address. */
  async #tellKept(id) {
    const link = this.#over.querySelector(".kept");
    link.hidden = true;
    const kept = this.#lines.length > 0 && (await keep(id).catch(() => null)); // without a store there is no address
    if (!kept) return;
    link.href = kept.address;
    link.textContent = this.#words("free.kept", kept);
    link.hidden = false;
  }

  #last;

  /** The script's last line stays in sight above the command line. */
  #follow() {
    const last = $(".script").lastElementChild;
    if (last === this.#last) return;
    this.#last = last;
    last?.scrollIntoView({ block: "nearest" });
  }

  /** Lines that were sent and have not begun. */
  waiting(lines) {
    this.#commandLine.waiting(lines);
  }

  /** Goes to the command line, or to a host's buttons. */
  focus(what) {
    if (what === "command") this.#commandLine.focus();
    else this.#buttons.focus(what);
  }

  /** Plays all again but for the last deed. */
  undo() {
    const back = undone(this.#lines);
    if (back) this.#acts.begin(textOf(back.lines), { lines: back.lines, again: back.line.text.trim() });
  }

  /** How a line could go on after those that were played; null where nobody knows. */
  #complete(line, column) {
    const script = [...this.#lines.map(({ text }) => text), line].join("\n");
    return complete(script, { line: this.#lines.length + 1, column }).catch(() => null);
  }

  async #play(line) {
    this.#commandLine.fault(line, await this.#acts.write(line));
  }

  async #stay() {
    const fault = await this.#acts.write("");
    this.#stays = !fault;
    $(".ladder").focus({ preventScroll: true });
  }

  /** Asks what can be done after a script; the answer counts only if it is still the same. */
  async #offer(text) {
    const found = await offers(text).catch(() => null);
    if (found && text === this.#text) this.#buttons.show(found);
  }
}
