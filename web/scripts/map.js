// The state map: RFC 9293's diagram for each host, with the way that its connection took.

export class StateMap {
  constructor(element, words) {}

  show(moment) {}
}
