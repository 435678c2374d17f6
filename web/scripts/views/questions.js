// Questions that stop the playhead before the answer shows, in a recording and in a live run, which goes on meanwhile.
//
// A question is ahead; asked, while the playhead waits before its line; answered, while the run plays that line; told, while
// the playhead waits behind the line with the run's answer; over. A seek past a question skips it for this run.

import { recall, remember } from "../dom/storage.js";
import { answer } from "../model/quiz-answer.js";
import { QuestionCard } from "./question-card.js";
import { Score } from "./score.js";

const KEY = "questions";
const NOWHERE = { y: Infinity, line: Infinity };

export class Questions {
  #card;
  #controls;
  #questions;
  #scenario;
  #score;
  #words;
  #onGo;
  #onChange;
  #run;
  /** The questions in this run: the seq of the line's `begin` and `end`, the choice, the answer found, whether it is over. */
  #asked = [];
  #read = 0;
  #shown = {};
  #on;

  /**
   * `controls` has the switch and the score. `onGo` is called when the playhead goes on, `onChange` when answers may have
   * been revealed or hidden.
   */
  constructor(element, controls, { scenario, questions, words, onGo, onChange }) {
    this.#questions = questions;
    this.#scenario = scenario;
    this.#words = words;
    [this.#onGo, this.#onChange] = [onGo, onChange];
    this.#score = new Score(scenario);
    // A link can turn questions off: ?questions=off
    const choice = new URLSearchParams(location.search).get("questions");
    this.#on = questions.length > 0 && (choice ?? recall(KEY)) !== "off";
    this.#card = new QuestionCard(element, words, {
      onChoose: (value) => this.#choose(value),
      onContinue: () => this.#leave(),
      onSkip: () => this.#leave(),
      onOff: () => this.#turn(false),
    });
    this.#controls = controls;
    controls.hidden = questions.length === 0;
    controls.querySelector("input").addEventListener("change", (event) => this.#turn(event.target.checked));
    controls.querySelector("button").addEventListener("click", () => {
      this.#score.clear();
      this.#count();
    });
    controls.querySelector("input").checked = this.#on;
    this.#count();
    // Before the stage's own keys: a waiting question takes them first.
    addEventListener("keydown", (event) => this.#key(event), { capture: true });
  }

  /** The height at which the playhead has to wait for a question. */
  stop(run) {
    if (run !== this.#run) this.#begin(run);
    this.#take(run);
    if (!this.#on) return undefined;
    for (const one of this.#asked.filter((one) => !one.over)) {
      const y = run.layout.ys[one.chosen === undefined ? one.begin : one.end];
      if (y === undefined) return undefined;
      if (run.playhead.y <= y) return y;
      if (this.#waits(one, run)) return run.playhead.y;
      this.#finish(one); // the visitor went past it
    }
    return undefined;
  }

  /** The height and the line from which on answers are hidden. */
  get hiddenFrom() {
    if (!this.#on) return NOWHERE;
    const asked = this.#run ? this.#asked : this.#questions.map((question) => ({ question }));
    const next = asked.find((one) => !one.over && one.found === undefined);
    return next ? { y: this.#run?.layout.ys[next.begin] ?? Infinity, line: next.question.line } : NOWHERE;
  }

  show({ playhead }) {
    const one = this.#on ? this.#asked.find((one) => !one.over) : undefined;
    const told = one && this.#run.layout.ys[one.end] === playhead.y;
    const phase = !one ? "none" : one.chosen === undefined ? (this.#waits(one, this.#run) ? "asked" : "none") : told ? "told" : "answered";
    if (this.#shown.one === one && this.#shown.phase === phase) return;
    this.#shown = { one, phase };
    if (phase === "told") this.#finish(one, false);
    this.#card[phase](one);
  }

  /** Play was pressed: returns whether that was for a waiting question. */
  press() {
    if (this.#shown.phase === "told") this.#leave();
    else if (this.#shown.phase === "asked") this.#card.focus();
    else return false;
    return true;
  }

  /** Whether the playhead waits where the line has begun and none of its events shows. */
  #waits({ begin, chosen }, { layout, playhead }) {
    return chosen === undefined && playhead.y >= layout.ys[begin] && layout.count(playhead.y) === begin + 1;
  }

  #begin(run) {
    this.#run = run;
    this.#read = 0;
    this.#shown = {};
    this.#asked = this.#questions.map((question) => ({ question }));
    this.#card.none();
  }

  /** Looks for the lines of questions among new events. */
  #take({ history, layout, playhead }) {
    const { events } = history;
    if (events[0]?.scenario !== this.#scenario) this.#asked = []; // a script of the visitor's own
    for (; this.#read < events.length; this.#read++) {
      const { type, line, phase, seq } = events[this.#read];
      // A question is about a line of the lesson, whose number changes with the visitor's lines.
      const given = type === "step" ? history.at(this.#read).given[line - 1] : 0;
      const one = type === "step" && this.#asked.find(({ question }) => question.line === given);
      if (type === "end") this.#asked.filter((one) => one.end === undefined).forEach((one) => (one.over = true));
      if (!one) continue;
      one[phase] = seq;
      // Time went on while this event was on its way from the server: back to its height.
      const waits = this.#on && (phase === "begin" || one.chosen !== undefined) && !one.over;
      if (waits && playhead.following && playhead.y > layout.ys[seq]) playhead.seek(layout.ys[seq]);
    }
  }

  #choose(value) {
    const { one, phase } = this.#shown;
    if (phase !== "asked") return;
    one.chosen = value;
    this.#onGo();
    this.#onChange();
  }

  /** Goes on, past the waiting question. */
  #leave() {
    const { one, phase } = this.#shown;
    if (phase !== "asked" && phase !== "told") return;
    one.over = true;
    this.#onGo();
    this.#onChange();
  }

  /** Scores a question that the run has answered. */
  #finish(one, over = true) {
    one.over = over;
    if (one.chosen === undefined || one.found !== undefined) return;
    one.found = answer(one.question.about, this.#run.history, one.begin, one.end);
    this.#score.add(one.question.at, one.found === one.chosen);
    this.#count();
  }

  #turn(on) {
    this.#on = on;
    remember(KEY, on ? null : "off");
    this.#controls.querySelector("input").checked = on;
    if (!on && ["asked", "told"].includes(this.#shown.phase)) this.#onGo();
    this.#onChange();
  }

  #count() {
    const count = this.#score.count;
    this.#controls.querySelector(".score").hidden = count.all === 0;
    this.#controls.querySelector(".score span").textContent = this.#words("questions.score", count);
  }

  #key(event) {
    const { one, phase } = this.#shown;
    const typing = event.target.closest("input:not([type=checkbox], [type=range]), textarea, select, dialog, .inspector");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const presses = event.target.closest("button, a, label, input, summary") && [" ", "Enter"].includes(event.key);
    const choice = phase === "asked" && /^[1-9]$/.test(event.key) && one.question.choices[event.key - 1];
    if (choice) this.#choose(choice.value);
    else if (phase === "asked" && event.key === "Escape") this.#leave();
    else if (phase === "told" && !presses && ["Enter", " ", "Escape"].includes(event.key)) this.#leave();
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}
