// The next steps after a lesson: the line that fixes the problem, the lessons to compare, and the mark in the course.

import { mark } from "./progress.js";

export class NextSteps {
  /** Links that would reveal the answers to the lesson's questions. */
  #spoilers;
  #lesson;
  #done = false;

  constructor(element, lesson) {
    this.#spoilers = [...(element?.querySelectorAll(".fix, .pairs") ?? [])];
    this.#lesson = lesson;
  }

  /** Shows the links at the end of a run of this lesson. */
  show({ playhead, layout, history, ended }) {
    const over = ended?.how === "played" && playhead.y >= layout.end;
    if (this.#done || !over || history.events[0].scenario !== this.#lesson) return;
    this.#done = true;
    mark(this.#lesson);
    for (const spoiler of this.#spoilers) spoiler.hidden = false;
  }
}
