// Where a lesson leads once it was watched: which line fixes this, what to compare it with, and the mark in the course.

import { mark } from "./progress.js";

export class Further {
  /** What would tell too early what its questions ask. */
  #told;
  #lesson;
  #done = false;

  constructor(element, lesson) {
    this.#told = [...(element?.querySelectorAll(".fix, .pairs") ?? [])];
    this.#lesson = lesson;
  }

  /** A run of this lesson that was watched to its last event says it; a script of the visitor's own does not. */
  show({ player, layout, history, ended }) {
    const over = ended?.how === "played" && player.y >= layout.end;
    if (this.#done || !over || history.events[0].scenario !== this.#lesson) return;
    this.#done = true;
    mark(this.#lesson);
    for (const told of this.#told) told.hidden = false;
  }
}
