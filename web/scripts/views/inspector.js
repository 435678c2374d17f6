// One segment, opened: its way, why it was sent, what it changed; its header as a tree and as bytes.

import { node } from "../dom/element.js";
import { called, duration, gave, nameOf } from "../model/model.js";
import { bytesOf, dissect } from "../model/packet.js";
import { journey } from "../model/segment-history.js";
import { Dissection } from "./packet-view.js";

/** The timers that a segment tells of by itself. */
const TIMERS = ["retransmit", "keepalive", "probe", "delayed_ack"];

export class Inspector {
  #element;
  #words;
  #title = node("h2", { "aria-live": "polite", tabIndex: -1 });
  #story = node("dl", { className: "story" });
  #dissection;
  #drawn;
  #returns;
  #called = false;

  /** `onClose` is called when it is to be closed, `onSelect` with the id of another segment that somebody picks in it. */
  constructor(element, { words, onClose, onSelect }) {
    this.#element = element;
    this.#words = words;
    this.#dissection = new Dissection(words);
    const close = node("button", { type: "button", className: "close", "aria-label": words("inspector.close"), title: `${words("inspector.close")} (Esc)` }, "×");
    close.addEventListener("click", onClose);
    element.addEventListener("click", (event) => {
      const picked = event.target.closest("[data-pick]");
      if (picked) onSelect(Number(picked.dataset.pick));
    });
    element.append(node("header", {}, this.#title, close), this.#story, this.#dissection.element);
  }

  /** Goes to where it can be read with the keyboard; `close` goes back to where that came from. */
  focus() {
    if (!this.#element.contains(document.activeElement)) this.#returns = document.activeElement;
    this.#called = this.#element.hidden; // else as soon as it is shown
    this.#title.focus();
  }

  show({ selected, history, layout, player }) {
    const events = selected ? history.events.slice(0, layout.count(player.y)) : [];
    const drawn = selected ? `${selected} ${events.length} ${history.events.length}` : "";
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const whole = selected && journey(history.events, selected);
    if (!whole) return this.#close();
    const { first, shift } = whole;
    this.#element.hidden = false;
    if (this.#called) this.focus();
    this.#name(first);
    this.#tell(journey(events, selected), events);
    this.#dissection.show(first.id, bytesOf(first.bytes), (bytes) => dissect(bytes, { seq: first.seq_rel, ack: first.ack_rel, shift }));
  }

  #name({ id, flags, from, to }) {
    const name = this.#words("inspector.name", { id, name: flags.join(", ") });
    if (this.#title.dataset.id === String(id)) return;
    this.#title.dataset.id = id;
    this.#title.replaceChildren(`${name} `, node("span", { className: "route" }, `${from} → ${to}`));
  }

  #close() {
    if (this.#element.hidden) return;
    const inside = this.#element.contains(document.activeElement);
    this.#element.hidden = true;
    if (inside) (this.#returns?.isConnected ? this.#returns : document.querySelector(".ladder")).focus({ preventScroll: true });
  }

  /** What has happened with it by now. */
  #tell(told, events) {
    if (!told) return this.#story.replaceChildren(node("dd", { className: "whole" }, this.#words("inspector.not_yet")));
    const rows = told.way.map((event) => [this.#words(`phase.${event.phase}`), node("span", {}, node("span", { className: "time" }, duration(event.t)), this.#reason(event))]);
    rows.push([this.#words("inspector.why"), this.#why(told.first, events)]);
    if (told.way.at(-1).phase === "delivered") {
      const changes = told.changed.map((event) => this.#change(event, events));
      rows.push([this.#words("inspector.changed"), ...(changes.length ? changes : [this.#words("changed.nothing")])]);
    }
    const key = rows.map((row) => row.map((part) => part.textContent ?? part).join()).join();
    if (this.#story.dataset.key === key) return; // so that nothing that has the focus is drawn anew
    this.#story.dataset.key = key;
    this.#story.replaceChildren(...rows.flatMap(([name, ...values]) => [node("dt", {}, name), ...values.map((value) => node("dd", {}, value))]));
  }

  #reason({ reason, phase }) {
    if (!reason || !["dropped", "injected"].includes(phase)) return "";
    const known = { "the wire is cut": "cut", "dropped by the script": "script", "forged by the script": "forged" }[reason];
    const copy = /^a copy of segment (\d+)$/.exec(reason)?.[1];
    const text = known ? this.#words(`reason.${known}`) : copy ? this.#words("reason.copy", { id: copy }) : reason;
    return ` · ${text}`;
  }

  /** Why it was sent. What the wire made itself has no other reason than that. */
  #why({ phase, cause, reset, from: host, retransmission }, events) {
    if (phase === "injected") return this.#words("sent.injected", { host });
    const parts = [reset ? this.#words(`reset.${reset}`, { host }) : this.#cause(cause, { host, retransmission }, events)];
    if (reset && cause?.segment) parts.push(" ", this.#segment(cause.segment, events));
    return node("span", {}, ...parts.flat());
  }

  #cause(cause, { host, retransmission }, events) {
    if (cause?.segment) return filled(this.#words("sent.segment", { host, segment: "\0" }), this.#segment(cause.segment, events));
    if (cause?.call !== undefined) {
      const call = events.find(({ seq }) => seq === cause.call);
      return filled(this.#words("sent.call", { host, call: "\0" }), node("code", {}, call ? called(call) : ""));
    }
    if (cause?.timer !== undefined) {
      const told = TIMERS.includes(cause.timer) && (cause.timer !== "retransmit" || retransmission);
      return [this.#words(`sent.${told ? cause.timer : "timer"}`, { host })];
    }
    return [this.#words(`sent.${["kill", "destroy"].includes(cause) ? cause : "unknown"}`, { host })];
  }

  /** One thing that its arrival made happen. */
  #change(event, events) {
    const { host } = event;
    if (event.type === "segment") return filled(this.#words("changed.segment", { host: event.from, segment: "\0" }), this.#segment(event.id, events));
    if (event.type === "call") return filled(this.#words("changed.call", { host, call: "\0" }), node("code", {}, `${called(event)} = ${gave(event)}`));
    if (event.type === "state") {
      const state = (name) => node("b", { className: "state-name", "data-state": name }, event.observed || name === event.from ? name : `(${name})`);
      return node("span", {}, `${host} `, state(event.from), " → ", state(event.to));
    }
    const lines = [["recv_q", "changed.recv_q"], ["send_q", "changed.send_q"]].filter(([queue]) => event[queue] !== event.before[queue]);
    return node("span", {}, lines.map(([queue, key]) => this.#words(key, { host, from: event.before[queue], to: event[queue] })).join(" · "));
  }

  /** Another segment, which can be opened. */
  #segment(id, events) {
    const first = events.find((event) => event.type === "segment" && event.id === id);
    const name = this.#words("inspector.segment", { id, name: first ? nameOf(first) : "?" });
    return node("button", { type: "button", className: "link", "data-pick": id }, name);
  }
}

/** A text whose gap is a node. */
function filled(text, inner) {
  const [before, after = ""] = text.split("\0");
  return node("span", {}, before, inner, after);
}
