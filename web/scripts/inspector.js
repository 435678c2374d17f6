// One segment, opened: its header as a tree and as bytes.

export class Inspector {
  constructor(element, { words, onClose }) {}

  show(moment) {}
}
