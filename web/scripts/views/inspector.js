// One segment, opened: its history, its cause and its effects; its header as a tree and as bytes.

import { element } from "../dom/element.js";
import { called, duration, gave, nameOf } from "../model/model.js";
import { bytesOf, dissect } from "../model/packet.js";
import { segmentHistory } from "../model/segment-history.js";
import { PacketView } from "./packet-view.js";

/** The timers that show in a segment. */
const TIMERS = ["retransmit", "keepalive", "probe", "delayed_ack"];

export class Inspector {
  #root;
  #words;
  #title = element("h2", { "aria-live": "polite", tabIndex: -1 });
  #story = element("dl", { className: "story" });
  #packetView;
  #drawn;
  #returnsTo;
  #isCalled = false;

  /** `onClose` is called when the visitor closes the inspector, `onSelect` with the id of another segment that is picked in it. */
  constructor(root, { words, onClose, onSelect }) {
    this.#root = root;
    this.#words = words;
    this.#packetView = new PacketView(words);
    const close = element("button", { type: "button", className: "close", "aria-label": words("inspector.close"), title: `${words("inspector.close")} (Esc)` }, "×");
    close.addEventListener("click", onClose);
    root.addEventListener("click", (event) => {
      const picked = event.target.closest("[data-pick]");
      if (picked) onSelect(Number(picked.dataset.pick));
    });
    root.append(element("header", {}, this.#title, close), this.#story, this.#packetView.element);
  }

  /** Moves the focus to the inspector; closing moves it back. */
  focus() {
    if (!this.#root.contains(document.activeElement)) this.#returnsTo = document.activeElement;
    this.#isCalled = this.#root.hidden; // a hidden inspector takes the focus when it is shown
    this.#title.focus();
  }

  show({ selected, history, layout, playhead }) {
    const events = selected ? history.events.slice(0, layout.count(playhead.y)) : [];
    const drawn = selected ? `${selected} ${events.length} ${history.events.length}` : "";
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const all = selected && segmentHistory(history.events, selected);
    if (!all) return this.#close();
    const { first, shift } = all;
    this.#root.hidden = false;
    if (this.#isCalled) this.focus();
    this.#name(first);
    this.#tell(segmentHistory(events, selected), events);
    this.#packetView.show(first.id, bytesOf(first.bytes), (bytes) => dissect(bytes, { seq: first.seq_rel, ack: first.ack_rel, shift }));
  }

  #name({ id, flags, from, to }) {
    const name = this.#words("inspector.name", { id, name: flags.join(", ") });
    if (this.#title.dataset.id === String(id)) return;
    this.#title.dataset.id = id;
    this.#title.replaceChildren(`${name} `, element("span", { className: "route" }, `${from} → ${to}`));
  }

  #close() {
    if (this.#root.hidden) return;
    const inside = this.#root.contains(document.activeElement);
    this.#root.hidden = true;
    if (inside) (this.#returnsTo?.isConnected ? this.#returnsTo : document.querySelector(".ladder")).focus({ preventScroll: true });
  }

  /** Shows the segment's history up to the playhead. */
  #tell(history, events) {
    if (!history) return this.#story.replaceChildren(element("dd", { className: "whole" }, this.#words("inspector.not_yet")));
    const rows = history.own.map((event) => [this.#words(`phase.${event.phase}`), element("span", {}, element("span", { className: "time" }, duration(event.t)), this.#reason(event))]);
    rows.push([this.#words("inspector.why"), this.#why(history.first, events)]);
    if (history.own.at(-1).phase === "delivered") {
      const changes = history.changed.map((event) => this.#change(event, events));
      rows.push([this.#words("inspector.changed"), ...(changes.length ? changes : [this.#words("changed.nothing")])]);
    }
    const key = rows.map((row) => row.map((part) => part.textContent ?? part).join()).join();
    if (this.#story.dataset.key === key) return; // an element with the focus is not drawn again
    this.#story.dataset.key = key;
    this.#story.replaceChildren(...rows.flatMap(([name, ...values]) => [element("dt", {}, name), ...values.map((value) => element("dd", {}, value))]));
  }

  #reason({ reason, phase }) {
    if (!reason || !["dropped", "injected"].includes(phase)) return "";
    const known = { "the wire is cut": "cut", "dropped by the script": "script", "forged by the script": "forged" }[reason];
    const copy = /^a copy of segment (\d+)$/.exec(reason)?.[1];
    const text = known ? this.#words(`reason.${known}`) : copy ? this.#words("reason.copy", { id: copy }) : reason;
    return ` · ${text}`;
  }

  /** Why the segment was sent. A segment of the wire itself has no other reason. */
  #why({ phase, cause, reset, from: host, retransmission }, events) {
    if (phase === "injected") return this.#words("sent.injected", { host });
    const parts = [reset ? this.#words(`reset.${reset}`, { host }) : this.#cause(cause, { host, retransmission }, events)];
    if (reset && cause?.segment) parts.push(" ", this.#segment(cause.segment, events));
    return element("span", {}, ...parts.flat());
  }

  #cause(cause, { host, retransmission }, events) {
    if (cause?.segment) return filled(this.#words("sent.segment", { host, segment: "\0" }), this.#segment(cause.segment, events));
    if (cause?.call !== undefined) {
      const call = events.find(({ seq }) => seq === cause.call);
      return filled(this.#words("sent.call", { host, call: "\0" }), element("code", {}, call ? called(call) : ""));
    }
    if (cause?.timer !== undefined) {
      const isKnown = TIMERS.includes(cause.timer) && (cause.timer !== "retransmit" || retransmission);
      return [this.#words(`sent.${isKnown ? cause.timer : "timer"}`, { host })];
    }
    return [this.#words(`sent.${["kill", "destroy"].includes(cause) ? cause : "unknown"}`, { host })];
  }

  /** One effect of the segment's arrival. */
  #change(event, events) {
    const { host } = event;
    if (event.type === "segment") return filled(this.#words("changed.segment", { host: event.from, segment: "\0" }), this.#segment(event.id, events));
    if (event.type === "call") return filled(this.#words("changed.call", { host, call: "\0" }), element("code", {}, `${called(event)} = ${gave(event)}`));
    if (event.type === "state") {
      const state = (name) => element("b", { className: "state-name", "data-state": name }, event.observed || name === event.from ? name : `(${name})`);
      return element("span", {}, `${host} `, state(event.from), " → ", state(event.to));
    }
    const lines = [["recv_q", "changed.recv_q"], ["send_q", "changed.send_q"]].filter(([queue]) => event[queue] !== event.before[queue]);
    return element("span", {}, lines.map(([queue, key]) => this.#words(key, { host, from: event.before[queue], to: event[queue] })).join(" · "));
  }

  /** A link that opens another segment. */
  #segment(id, events) {
    const first = events.find((event) => event.type === "segment" && event.id === id);
    const name = this.#words("inspector.segment", { id, name: first ? nameOf(first) : "?" });
    return element("button", { type: "button", className: "link", "data-pick": id }, name);
  }
}

/** A text whose gap is an element. */
function filled(text, inner) {
  const [before, after = ""] = text.split("\0");
  return element("span", {}, before, inner, after);
}
