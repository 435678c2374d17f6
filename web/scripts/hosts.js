// The two cards above the picture: each host at the moment under the playhead.

import { called, duration, gave, others, shown } from "./model.js";
import { putResult } from "./result.js";

/** What a vessel holds when it is full; above that it only says so in bytes. */
const FULL = 4096;

export class Hosts {
  #cards;
  #words;
  #named;

  /** `named` gives a result's name. */
  constructor(cards, words, { named }) {
    this.#named = named;
    this.#cards = [...cards];
    this.#words = words;
  }

  show(model) {
    for (const card of this.#cards) this.#card(card, model.hosts[card.dataset.host], model.t, card.dataset.host);
  }

  #card(card, host, t, name) {
    const set = (selector, text) => {
      const node = card.querySelector(selector);
      if (node.textContent !== text) node.textContent = text;
    };
    const socket = shown(host);
    const actors = Object.values(host.actors);
    set(".address", host.address);
    const main = host.actors[name];
    set(".process", main ? (main.alive ? `pid ${main.pid}` : this.#words("stage.ended_process")) : "");

    const state = socket?.state ?? "CLOSED";
    set(".state", state);
    card.querySelector(".state").dataset.state = state;

    const fd = host.files.find((file) => file.socket === socket?.name)?.descriptors[0]?.fd;
    const call = actors.find((actor) => actor.call)?.call;
    const last = actors.flatMap((actor) => actor.results ?? []).sort((a, b) => b.seq - a.seq)[0];
    const doing = call ? `${called(call)} ⋯ ${this.#words("stage.waiting")}` : last ? `${called(last)} = ` : "";
    const before = [fd === undefined ? "" : `fd ${fd}`, doing].filter(Boolean).join("  ·  ");
    putResult(card.querySelector(".socket"), last && !call ? this.#named(last.seq, gave(last)) : { text: "" }, { before });

    set(".others", others(host).map((socket) => `${socket.name ?? "?"}: ${socket.state}`).join("  ·  "));

    const timer = card.querySelector(".timer");
    const left = socket?.timer ? Math.max(socket.timer.end - t, 0) : 0;
    timer.hidden = !socket?.timer;
    if (socket?.timer) {
      timer.dataset.timer = socket.timer.name;
      timer.style.setProperty("--left", left / socket.timer.length);
      set(".timer", this.#words(`timer.${socket.timer.name}`, { time: duration(left), again: socket.timer.again }));
    }
    this.#queue(card.querySelector(".recv"), socket?.recv ?? 0);
    this.#queue(card.querySelector(".send"), socket?.send ?? 0);
  }

  #queue(queue, bytes) {
    queue.style.setProperty("--fill", bytes === 0 ? 0 : Math.min(1, 0.12 + Math.sqrt(bytes / FULL) * 0.88));
    const text = `${bytes} B`;
    const label = queue.querySelector(".bytes");
    if (label.textContent !== text) label.textContent = text;
  }
}
