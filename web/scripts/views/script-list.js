// The script beside the picture: the current line, what each gave, and what this moment means. Also its editor.

import { markup } from "../dom/markup.js";
import { putResult } from "../dom/result.js";
import { called, nameOf, placeOf } from "../model/model.js";

export class Script {
  #list;
  #note;
  #why;
  #words;
  #notes;
  #named;
  #veil;
  #rows = new Map();
  #labels = new Map();

  /** `onLine` is called with the number of a line that somebody picks; `named` gives a result's name. */
  constructor(side, { notes, words, onLine, named }) {
    this.#named = named;
    this.#list = side.querySelector(".script");
    this.#note = side.querySelector(".note .text");
    this.#why = side.querySelector(".note .why");
    this.#words = words;
    this.#notes = notes;
    this.#list.addEventListener("click", (event) => {
      const row = event.target.closest("li[data-line]");
      if (row) onLine(Number(row.dataset.line));
    });
  }

  /** Lists the lines of a script. */
  set(text) {
    this.#put(text.split("\n"));
    this.#lines = undefined;
  }

  #lines;

  /** A run's script grows by what is done by hand: the list shows it as it is at this moment. */
  #follow({ run, script, given }) {
    const isGiven = given.every((number, index) => number === index + 1) && !run?.open;
    if (!run || (isGiven && !this.#lines)) return; // the list shows it already
    if (this.#lines?.length === script.length && this.#lines.every((line, index) => line === script[index])) return;
    // What a lesson's file says beside its lines is not for its readers.
    this.#put(run.scenario ? script.map((line) => line.replace(/^\s*#.*/, "")) : script);
    this.#lines = script;
    this.#line = 0;
  }

  #put(lines) {
    this.#rows.clear();
    this.#labels.clear();
    this.#veil = undefined;
    const rows = lines.map((line, index) => {
      const row = document.createElement("li");
      const code = document.createElement(line.trim() ? "button" : "code");
      if (line.trim()) code.type = "button";
      const gave = document.createElement("span");
      gave.className = "gave";
      const label = /^\s*([\p{L}\d_-]+):/u.exec(line)?.[1];
      code.textContent = deedOf(line);
      row.title = line;
      row.append(code, gave);
      row.classList.toggle("comment", /^\s*(#|$)/.test(line));
      if (line.trim()) row.dataset.line = index + 1;
      if (label) this.#labels.set(index + 1, label);
      this.#rows.set(index + 1, { row, code, gave, line });
      return row;
    });
    while (rows.length && !rows.at(-1).dataset.line) rows.pop();
    this.#list.replaceChildren(...rows);
  }

  /** Hides what lines must give from a line on, while a question is open or ahead there. */
  veil(from) {
    if (from === this.#veil) return;
    this.#veil = from;
    for (const [number, { row, code, line }] of this.#rows) {
      const deed = deedOf(line);
      const hidden = number >= from;
      row.title = hidden ? "" : line;
      code.textContent = hidden ? deed.replace(/^((?:expect|claim) \S+) .*/, "$1 ⋯") : deed;
    }
  }

  /** Results may have another name now. */
  refresh() {
    for (const shown of this.#rows.values()) shown.isCurrent = undefined;
  }

  /** `asked` is the line of the given script from which on nothing is told. */
  show(model, asked) {
    this.#follow(model);
    const veil = { line: model.run ? placeOf(model, asked.line) : asked.line };
    this.veil(veil.line);
    const current = model.run !== null && !model.ended ? model.line : 0;
    for (const [line, shown] of this.#rows) {
      const { row, gave, line: written } = shown;
      const step = model.steps[line];
      const isCurrent = line === current;
      if (shown.step === step && shown.isCurrent === isCurrent) continue; // a script may have a thousand lines
      Object.assign(shown, { step, isCurrent });
      row.classList.toggle("current", isCurrent);
      row.classList.toggle("past", Boolean(step));
      const check = step?.check;
      const mark = check ? (check.ok ? "✓ " : "✗ ") : step?.gave !== undefined ? "= " : "";
      const found = check?.ok && expects(written) ? "" : (check?.actual ?? step?.gave ?? "");
      const name = found && this.#named(check ? check.seq : step.exit, found);
      putResult(gave, name || { text: found }, { before: mark, after: check?.ok === false ? ` ≠ ${check.expected}` : "" });
      // A claim is judged; that it does not hold is a finding, no failure.
      gave.classList.toggle("wrong", check?.ok === false && !check.claim);
      gave.classList.toggle("refuted", check?.ok === false && Boolean(check.claim));
    }
    this.#current(model.line);
    const label = [...this.#labels].filter(([line]) => line <= model.line && line < veil.line).at(-1)?.[1];
    markup(this.#note, (model.run && label && this.#notes[label]) || "");
    const why = model.change ? this.#because(model) : "";
    if (this.#why.textContent !== why) this.#why.textContent = why;
  }

  #line = 0;

  #current(line) {
    if (line === this.#line) return;
    this.#line = line;
    const row = this.#rows.get(line)?.row;
    if (row) this.#list.scrollTop = row.offsetTop - this.#list.offsetTop - this.#list.clientHeight / 2;
  }

  /** Why the last state is as it is. */
  #because({ change, segments, calls }) {
    const { host, to, cause } = change;
    const facts = { host, state: to };
    if (cause.segment) {
      const segment = segments[cause.segment];
      const arrived = this.#words("why.segment", { ...facts, segment: nameOf(segment) });
      return segment.reset ? `${arrived} ${this.#words(`reset.${segment.reset}`, { host: segment.from })}` : arrived;
    }
    if (cause.call !== undefined) return this.#words("why.call", { ...facts, call: calls[cause.call] ? called(calls[cause.call].event) : "" });
    if (cause.timer !== undefined) return this.#words("why.timer", { ...facts, timer: this.#words(`cause.${cause.timer}`) });
    return this.#words(`why.${cause}`, facts);
  }
}

/** A line without its label and without what it must give. Neither counts inside quotes. */
const deedOf = (line) => line.replace(/^\s*[\p{L}\d_-]+:\s*/u, "").match(/^(?:"(?:\\.|[^"\\])*"|(?!\s*=>)[^"])*/)[0].trim();

/** Whether a line only looks at a state: then ✓ says it all. */
const expects = (line) => /^\s*(\S+:\s*)?expect\b/.test(line);
