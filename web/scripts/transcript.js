// The run as a table.

export class Transcript {
  constructor(element, { words, onPick }) {}

  show(moment) {}
}
