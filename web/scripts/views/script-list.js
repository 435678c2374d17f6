// The script beside the picture: the current line, the result of each, and a note on the current line.

import { markup } from "../dom/markup.js";
import { putResult } from "../dom/result.js";
import { called, lineNow, nameOf, withFacts } from "../model/model.js";

export class ScriptList {
  #list;
  #note;
  #why;
  #words;
  #notes;
  #named;
  #hiddenFrom;
  #rows = new Map();
  #labels = new Map();

  /** `onLine` is called with the number of a picked line; `named` returns a result's name. */
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

  /** Lists the lines of a script, with facts about each where they are known. */
  set(text, facts) {
    this.#hasFacts = Boolean(facts);
    this.#lines = undefined;
    this.#put(withFacts(text.split("\n"), facts));
  }

  #lines;
  #hasFacts = false;

  /** Shows a run's script as it is at the playhead: it grows by a visitor's lines. */
  #follow({ run, script, given }) {
    const isGiven = given.every((number, index) => number === index + 1) && !run?.open;
    if (!run || (isGiven && this.#hasFacts && !this.#lines)) return; // the list has these lines
    if (this.#lines?.length === script.length && this.#lines.every(({ text }, index) => text === script[index].text)) return;
    this.#hasFacts = true;
    // Remarks in a lesson's file are not for its visitors.
    this.#put(run.scenario ? script.map((line) => (line.kind ? line : { text: "" })) : script);
    this.#lines = script;
    this.#line = 0;
  }

  #put(lines) {
    this.#rows.clear();
    this.#labels.clear();
    this.#hiddenFrom = undefined;
    const rows = lines.map((line, index) => {
      const row = document.createElement("li");
      const isBlank = !line.text.trim();
      const code = document.createElement(isBlank ? "code" : "button");
      if (!isBlank) code.type = "button";
      const gave = document.createElement("span");
      gave.className = "gave";
      code.textContent = actionOf(line);
      row.title = line.text;
      row.append(code, gave);
      row.classList.toggle("comment", isBlank || (this.#hasFacts && !line.kind));
      if (!isBlank) row.dataset.line = index + 1;
      if (line.label) this.#labels.set(index + 1, line.label);
      this.#rows.set(index + 1, { row, code, gave, line });
      return row;
    });
    while (rows.length && !rows.at(-1).dataset.line) rows.pop();
    this.#list.replaceChildren(...rows);
  }

  /** Hides expected results from a line on, while a question is ahead. */
  hideFrom(from) {
    if (from === this.#hiddenFrom) return;
    this.#hiddenFrom = from;
    for (const [number, { row, code, line }] of this.#rows) {
      const hidden = number >= from;
      row.title = hidden ? "" : line.text;
      code.textContent = hidden ? withoutAnswer(line) : actionOf(line);
    }
  }

  /** Results may have another name now. */
  refresh() {
    for (const shown of this.#rows.values()) shown.isCurrent = undefined;
  }

  /** Shows a model; `hiddenFrom.line` is the line of the given script from which on answers are hidden. */
  show(model, hiddenFrom) {
    this.#follow(model);
    const from = model.run ? lineNow(model, hiddenFrom.line) : hiddenFrom.line;
    this.hideFrom(from);
    const current = model.run !== null && !model.ended ? model.line : 0;
    for (const [line, shown] of this.#rows) {
      const { row, gave, line: written } = shown;
      const step = model.steps[line];
      const isCurrent = line === current;
      if (shown.step === step && shown.isCurrent === isCurrent) continue; // only changed lines: a script may have a thousand
      Object.assign(shown, { step, isCurrent });
      row.classList.toggle("current", isCurrent);
      row.classList.toggle("past", Boolean(step));
      const check = step?.check;
      const mark = check ? (check.ok ? "✓ " : "✗ ") : step?.gave !== undefined ? "= " : "";
      const found = check?.ok && isCheck(written) ? "" : (check?.actual ?? step?.gave ?? "");
      const name = found && this.#named(check ? check.seq : step.exit, found);
      putResult(gave, name || { text: found }, { before: mark, after: check?.ok === false ? ` ≠ ${check.expected}` : "" });
      // A claim that does not hold is a finding, no failure.
      gave.classList.toggle("wrong", check?.ok === false && !check.claim);
      gave.classList.toggle("refuted", check?.ok === false && Boolean(check.claim));
    }
    this.#current(model.line);
    const label = [...this.#labels].filter(([line]) => line <= model.line && line < from).at(-1)?.[1];
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

  /** Why the last state change happened. */
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

/** A line without its label and its expected results. */
const actionOf = ({ text, action, background }) => (action ? `${action}${background ? " &" : ""}` : text.trim());

/** A line without what it expects. */
function withoutAnswer(line) {
  if (line.claim) return `claim ${line.claim}: ⋯`;
  return line.kind === "expect" ? `expect ${line.actor} ⋯` : actionOf(line);
}

/** Whether a line is a check and no claim: then ✓ is enough. */
const isCheck = ({ kind, claim }) => kind === "expect" && !claim;
