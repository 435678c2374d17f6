// Questions that stop the play before the answer shows.

export class Questions {
  constructor(element, { questions, words, onAnswer }) {}

  /** The height at which the playhead has to wait, where a question is open. */
  stop(run) {
    return undefined;
  }

  show(moment) {}
}
