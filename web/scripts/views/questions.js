// Questions that stop the play before the answer shows, in a recording as in a live run, which goes on in the meantime.
//
// A question is ahead; asked, where the playhead waits before its line; answered, while the run plays that line; told,
// where the playhead waits behind it with the run's answer; over. Who goes past it by hand has skipped it, for this run.

import { recall, remember } from "../dom/storage.js";
import { answer } from "../model/quiz-answer.js";
import { Card } from "./question-card.js";
import { Score } from "./score.js";

const KEY = "questions";
const NOWHERE = { y: Infinity, line: Infinity };

export class Questions {
  #card;
  #switch;
  #questions;
  #scenario;
  #score;
  #words;
  #onGo;
  #onChange;
  #run;
  /** Each question with what became of it in this run: its line's events by seq, what was chosen, whether it is over. */
  #asked = [];
  #read = 0;
  #shown = {};
  #on;

  /**
   * `panel` has the switch and the score. `onGo` is called when the play goes on, `onChange` when something may have come
   * out of hiding, or gone into it.
   */
  constructor(element, panel, { scenario, questions, words, onGo, onChange }) {
    this.#questions = questions;
    this.#scenario = scenario;
    this.#words = words;
    [this.#onGo, this.#onChange] = [onGo, onChange];
    this.#score = new Score(scenario);
    // A link can say it too, for everybody who follows it: ?questions=off
    const asked = new URLSearchParams(location.search).get("questions");
    this.#on = questions.length > 0 && (asked ?? recall(KEY)) !== "off";
    this.#card = new Card(element, words, {
      onChoose: (value) => this.#choose(value),
      onContinue: () => this.#leave(),
      onSkip: () => this.#leave(),
      onOff: () => this.#turn(false),
    });
    this.#switch = panel;
    panel.hidden = questions.length === 0;
    panel.querySelector("input").addEventListener("change", (event) => this.#turn(event.target.checked));
    panel.querySelector("button").addEventListener("click", () => {
      this.#score.clear();
      this.#count();
    });
    panel.querySelector("input").checked = this.#on;
    this.#count();
    // Before the stage's own keys, for while a question waits they are the question's.
    addEventListener("keydown", (event) => this.#key(event), { capture: true });
  }

  /** The height at which the playhead has to wait, where a question is open or ahead. */
  stop(run) {
    if (run !== this.#run) this.#begin(run);
    this.#take(run);
    if (!this.#on) return undefined;
    for (const one of this.#asked.filter((one) => !one.over)) {
      const y = run.layout.ys[one.chosen === undefined ? one.begin : one.end];
      if (y === undefined) return undefined;
      if (run.player.y <= y) return y;
      if (this.#waits(one, run)) return run.player.y;
      this.#finish(one); // somebody went past it
    }
    return undefined;
  }

  /** From which height and which line on nothing may be told yet, because it would be an answer. */
  get veil() {
    if (!this.#on) return NOWHERE;
    const asked = this.#run ? this.#asked : this.#questions.map((question) => ({ question }));
    const next = asked.find((one) => !one.over && one.found === undefined);
    return next ? { y: this.#run?.layout.ys[next.begin] ?? Infinity, line: next.question.line } : NOWHERE;
  }

  show({ player }) {
    const one = this.#on ? this.#asked.find((one) => !one.over) : undefined;
    const told = one && this.#run.layout.ys[one.end] === player.y;
    const phase = !one ? "none" : one.chosen === undefined ? (this.#waits(one, this.#run) ? "asked" : "none") : told ? "told" : "answered";
    if (this.#shown.one === one && this.#shown.phase === phase) return;
    this.#shown = { one, phase };
    if (phase === "told") this.#finish(one, false);
    this.#card[phase](one);
  }

  /** Whoever presses Play while a question waits: true where that was meant for the question. */
  press() {
    if (this.#shown.phase === "told") this.#leave();
    else if (this.#shown.phase === "asked") this.#card.focus();
    else return false;
    return true;
  }

  /** Whether the playhead is where the line has begun and nothing of it shows. */
  #waits({ begin, chosen }, { layout, player }) {
    return chosen === undefined && player.y >= layout.ys[begin] && layout.count(player.y) === begin + 1;
  }

  #begin(run) {
    this.#run = run;
    this.#read = 0;
    this.#shown = {};
    this.#asked = this.#questions.map((question) => ({ question }));
    this.#card.none();
  }

  /** Looks for the lines of questions among the events that came. */
  #take({ history, layout, player }) {
    const { events } = history;
    if (events[0]?.scenario !== this.#scenario) this.#asked = []; // somebody's own script
    for (; this.#read < events.length; this.#read++) {
      const { type, line, phase, seq } = events[this.#read];
      // A question is about a line of the lesson, wherever that stands since somebody touched the wire.
      const given = type === "step" ? history.at(this.#read).given[line - 1] : 0;
      const one = type === "step" && this.#asked.find(({ question }) => question.line === given);
      if (type === "end") this.#asked.filter((one) => one.end === undefined).forEach((one) => (one.over = true));
      if (!one) continue;
      one[phase] = seq;
      // Time went on while this event was on its way from the server: back to its moment.
      const waits = this.#on && (phase === "begin" || one.chosen !== undefined) && !one.over;
      if (waits && player.following && player.y > layout.ys[seq]) player.seek(layout.ys[seq]);
    }
  }

  #choose(value) {
    const { one, phase } = this.#shown;
    if (phase !== "asked") return;
    one.chosen = value;
    this.#onGo();
    this.#onChange();
  }

  /** On, past the question that waits. */
  #leave() {
    const { one, phase } = this.#shown;
    if (phase !== "asked" && phase !== "told") return;
    one.over = true;
    this.#onGo();
    this.#onChange();
  }

  /** The run has answered, or somebody went on without its answer. */
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
    this.#switch.querySelector("input").checked = on;
    if (!on && ["asked", "told"].includes(this.#shown.phase)) this.#onGo();
    this.#onChange();
  }

  #count() {
    const count = this.#score.count;
    this.#switch.querySelector(".score").hidden = count.all === 0;
    this.#switch.querySelector(".score span").textContent = this.#words("questions.score", count);
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
