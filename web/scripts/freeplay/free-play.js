// Free play: the action buttons and the command line of an open run, the warning before it ends, and its end.

import { $ } from "../dom/page.js";
import { keep } from "../net/api.js";
import { complete, suggestions } from "../net/script-api.js";
import { textOf, undone } from "../script/live-script.js";
import { isForWire } from "../script/tokenizer.js";
import { ActionButtons } from "./action-buttons.js";
import { CommandLine } from "./command-line.js";

export class FreePlay {
  #words;
  #acts;
  #actionButtons;
  #commandLine;
  #over = $(".over");
  #idle = $(".idle-warning");
  /** The script whose suggestions are shown. */
  #text;
  /** Whether the visitor has asked to stay. */
  #stays = false;
  #lines = [];

  /**
   * `acts.write` plays a line and resolves with null or the line's fault; `acts.begin` starts a run from a script, with
   * further properties of the run.
   */
  constructor({ words, acts }) {
    this.#words = words;
    this.#acts = acts;
    this.#actionButtons = new ActionButtons($(".action-buttons"), { words, onLine: (line) => this.#play(line) });
    this.#commandLine = new CommandLine($(".command-line"), {
      words,
      onLine: (line) => acts.write(line, isForWire(line) ? "wire" : "rest"),
      complete: (line, column) => this.#complete(line, column),
    });
    for (const button of document.querySelectorAll("[data-start]")) {
      button.addEventListener("click", () => acts.begin(button.dataset.start));
      button.disabled = false; // before this, the button does nothing
    }
    this.#idle.querySelector("button").addEventListener("click", () => this.#stay());
    this.#over.querySelector("[data-again]").addEventListener("click", () => acts.begin(textOf(this.#lines)));
  }

  /** Takes the lines of a run's script. */
  take(lines) {
    this.#lines = lines;
    const text = textOf(lines);
    if (text === this.#text) return;
    this.#text = text;
    this.#suggest(text);
  }

  /** `able` says whether lines can be played, `left` after how many seconds the run `id` ends by itself, `ended` is its end. */
  show({ id, able, ended, left }) {
    this.#actionButtons.isShown = able;
    this.#commandLine.isShown = able;
    this.#follow();
    this.#stays &&= left !== null;
    this.#idle.hidden = !able || left === null || this.#stays;
    if (!this.#idle.hidden) {
      const warning = this.#words("free.idle", { seconds: Math.max(0, Math.ceil(left)) });
      const paragraph = this.#idle.querySelector("p");
      if (paragraph.textContent !== warning) paragraph.textContent = warning;
    }
    if (this.#over.hidden === !ended) return;
    this.#over.hidden = !ended;
    if (!ended) return;
    this.#over.querySelector("p").textContent = this.#words(ended.how === "idle" ? "free.ended_idle" : "free.ended");
    this.#linkKept(id);
  }

  /** Links to the recording of an ended run. The server has kept it by itself; keeping it again returns its address. */
  async #linkKept(id) {
    const link = this.#over.querySelector(".kept");
    link.hidden = true;
    const kept = this.#lines.length > 0 && (await keep(id).catch(() => null)); // without a store there is no address
    if (!kept) return;
    link.href = kept.address;
    link.textContent = this.#words("free.kept", kept);
    link.hidden = false;
  }

  #last;

  /** Keeps the script's last line in sight above the command line. */
  #follow() {
    const last = $(".script").lastElementChild;
    if (last === this.#last) return;
    this.#last = last;
    last?.scrollIntoView({ block: "nearest" });
  }

  /** Shows the lines that were sent and have not begun. */
  waiting(lines) {
    this.#commandLine.waiting(lines);
  }

  /** Moves the focus to the command line, or to a host's buttons. */
  focus(target) {
    if (target === "command") this.#commandLine.focus();
    else this.#actionButtons.focus(target);
  }

  /** Plays all lines again except for the last action. */
  undo() {
    const back = undone(this.#lines);
    if (back) this.#acts.begin(textOf(back.lines), { lines: back.lines, again: back.line.text.trim() });
  }

  /** The completions of a line after the played lines; null where the server is out of reach. */
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

  /** Asks for suggestions after a script; the answer counts only for the same script. */
  async #suggest(text) {
    const found = await suggestions(text).catch(() => null);
    if (found && text === this.#text) this.#actionButtons.show(found);
  }
}
