// The dialog that forges a segment: its kind, destination and numbers, and the line that injects it.

import { element } from "../dom/element.js";
import { isListener } from "../model/model.js";
import { bases, forged } from "../script/wire-commands.js";

/** The kinds of forged segments: their control bits, and their further fields. */
const KINDS = {
  RST: { flags: "RST" },
  SYN: { flags: "SYN" },
  FIN: { flags: "FIN,ACK", ack: true },
  data: { flags: "PSH,ACK", ack: true, data: true },
  ACK: { flags: "ACK", ack: true },
};

export class ForgeDialog {
  #dialog;
  #form;
  #words;
  #onLine;
  #model;

  /** `onLine` plays the dialog's line. */
  constructor(dialog, { words, onLine }) {
    this.#dialog = dialog;
    this.#form = dialog.querySelector("form");
    this.#words = words;
    this.#onLine = onLine;
    this.#form.addEventListener("input", () => this.#tell());
    this.#form.addEventListener("submit", (event) => {
      if (event.submitter?.value !== "inject") return;
      this.#onLine(this.#line);
    });
  }

  /** Opens the dialog on the current connections. */
  open(model) {
    this.update(model, true);
    this.#dialog.showModal();
  }

  /** Updates the connections and their numbers, as the run goes on. */
  update(model, isOpening = false) {
    if (!isOpening && (model === this.#model || !this.#dialog.open)) return;
    this.#model = model;
    this.#offer(model);
    this.#tell();
  }

  #offer(model) {
    const targets = ["client", "server"].flatMap((host) => {
      const sockets = named(model.hosts[host]).filter((socket) => !isListener(socket) && socket.state !== "CLOSED" && socket.name);
      return sockets.map((socket) => ({ host, socket, value: `${host} ${socket.name}` }));
    });
    const select = this.#form.elements.to;
    const chosen = select.value;
    const drawn = targets.map(({ value, socket }) => `${value} ${socket.state}`).join();
    if (select.dataset.drawn === drawn) return;
    select.dataset.drawn = drawn;
    select.replaceChildren(...targets.map(({ value, host, socket }) => element("option", { value }, `${host} · ${socket.name} · ${socket.state}`)));
    if (targets.some(({ value }) => value === chosen)) select.value = chosen;
    this.#form.querySelector("[value=inject]").disabled = targets.length === 0;
    this.#form.querySelector(".none").hidden = targets.length > 0;
  }

  get #kind() {
    return KINDS[this.#form.elements.kind.value];
  }

  get #line() {
    const { to, seq, ack, data } = this.#form.elements;
    const [host, socket] = to.value.split(" ");
    const kind = this.#kind;
    return forged({ flags: kind.flags, to: host, socket, seq: whole(seq), ack: kind.ack ? whole(ack) : 0, data: kind.data ? data.value : "" });
  }

  #tell() {
    const { to, seq, ack } = this.#form.elements;
    const [host, name] = to.value.split(" ");
    const sockets = host ? named(this.#model.hosts[host]) : [];
    const socket = sockets.findLast((socket) => socket.name === name && !isListener(socket));
    const base = socket ? bases(this.#model, socket) : null;
    const say = (selector, known, offset) => {
      const text = known ? this.#words("forge.is", { rel: known.rel + offset, abs: (known.abs + offset) >>> 0 }) : "";
      this.#form.querySelector(selector).textContent = text;
    };
    say(".seq output", base?.seq, whole(seq));
    say(".ack output", base?.ack, whole(ack));
    this.#form.querySelector(".ack").hidden = !this.#kind.ack;
    this.#form.querySelector(".data").hidden = !this.#kind.data;
    this.#form.querySelector(".line code").textContent = host ? this.#line : "";
  }
}

/** A host's sockets with their names. A socket that was just accepted has its name in the table of descriptors first. */
function named({ sockets, files }) {
  const all = Object.values(sockets);
  const left = files.map(({ socket }) => socket).filter((name) => name && !all.some((socket) => socket.name === name));
  return all.map((socket) => (socket.name || isListener(socket) ? socket : { ...socket, name: left.shift() }));
}

const whole = ({ value }) => Math.trunc(Number(value)) || 0;
