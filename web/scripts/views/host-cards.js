// The two cards above the picture: each host at the time under the playhead.

import { putResult } from "../dom/result.js";
import { called, duration, gave, others, shown } from "../model/model.js";

/** The contents of a full queue in the picture, in bytes; larger queues differ in their number alone. */
const FULL = 4096;

export class HostCards {
  #cards;
  #words;
  #named;

  /** `named` returns a result's name. */
  constructor(cards, words, { named }) {
    this.#named = named;
    this.#cards = [...cards];
    this.#words = words;
  }

  show(model) {
    for (const card of this.#cards) this.#card(card, model.hosts[card.dataset.host], model);
  }

  #card(card, host, model) {
    const socket = shown(host);
    write(card.querySelector(".address"), host.address);
    const state = card.querySelector(".state");
    write(state, socket?.state ?? "CLOSED");
    state.dataset.state = state.textContent;
    write(card.querySelector(".others"), others(host).map((socket) => `${socket.name ?? "?"}: ${socket.state}`).join("  ·  "));
    this.#timer(card.querySelector(".timer"), socket?.timer, model.t);
    this.#queue(card.querySelector(".recv"), socket?.recv ?? 0);
    this.#queue(card.querySelector(".send"), socket?.send ?? 0);
    list(card.querySelector(".files"), host.files, (row, file) => this.#file(row, file, host, model));
    list(card.querySelector(".actors"), Object.entries(host.actors), (row, [name, actor]) => this.#actor(row, name, actor));
  }

  #timer(element, timer, t) {
    element.hidden = !timer;
    if (!timer) return;
    const left = Math.max(timer.end - t, 0);
    element.dataset.timer = timer.name;
    element.style.setProperty("--left", left / timer.length);
    const limit = timer.limit === null ? [] : [this.#words("stage.gives_up", { time: duration(Math.max(timer.limit - t, 0)) })];
    const again = timer.again > 0 ? [`↻ ${timer.again}`] : [];
    write(element, [this.#words(`timer.${timer.name}`, { time: duration(left) }), ...again, ...limit].join(" · "));
  }

  #queue(queue, bytes) {
    queue.style.setProperty("--fill", bytes === 0 ? 0 : Math.min(1, 0.12 + Math.sqrt(bytes / FULL) * 0.88));
    write(queue.querySelector(".bytes"), `${bytes} B`);
  }

  /** Descriptors → open file → socket. Each descriptor has the name of its process where there are several. */
  #file(row, file, { actors }, { calls }) {
    const processes = Object.entries(actors).filter(([, actor]) => actor.pid === actor.tid && actor.alive);
    const owner = (pid) => processes.find(([, actor]) => actor.pid === pid)?.[0] ?? pid;
    const fds = file.descriptors.map(({ pid, fd }) => (processes.length > 1 ? `${owner(pid)} ${fd}` : `fd ${fd}`));
    const waiting = file.calls.map((seq) => calls[seq]?.event.call).filter(Boolean);
    const held = file.descriptors.length === 0;
    const text = [...fds, ...(held ? waiting.map((call) => `${call}() ⋯`) : [])].join(", ");
    const title = held ? this.#words("stage.released") : this.#words("stage.refers", { count: file.descriptors.length });
    parts(row, [["fd", text], ["file", `×${file.descriptors.length}`], ["name", file.socket ?? "?"]], title);
    row.classList.toggle("held", held);
  }

  #actor(row, name, actor) {
    const { call, results, alive, pid, tid } = actor;
    const who = pid === tid ? `pid ${pid}` : this.#words("stage.thread");
    const last = results?.[0];
    const doing = !alive ? this.#words("stage.ended_process") : call ? `${called(call)} ⋯ ${this.#words("stage.waiting")}` : "";
    const result = alive && !call && last ? this.#named(last.seq, gave(last)) : { text: "" };
    parts(row, [["actor", name], ["who", who], ["doing", doing || (last ? called(last) : "")], ["gave", result.text]], "");
    putResult(row.querySelector(".gave"), result, { before: result.text && " = " });
    row.classList.toggle("waits", Boolean(call));
    row.classList.toggle("failed", Boolean(!call && last?.errno));
  }
}

/** Sets a text where it has changed: an unchanged text costs no layout. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Draws a list with one row for each item. */
function list(element, items, draw) {
  while (element.children.length > items.length) element.lastChild.remove();
  while (element.children.length < items.length) element.append(document.createElement("li"));
  items.forEach((item, index) => draw(element.children[index], item));
}

/** Puts texts into a row, each in a span of its class. */
function parts(row, texts, title) {
  const drawn = texts.map(([, text]) => text).join("\n");
  if (row.dataset.drawn === drawn) return;
  row.dataset.drawn = drawn;
  row.title = title;
  const spans = texts.map(([name, text]) => Object.assign(document.createElement("span"), { className: name, textContent: text }));
  row.replaceChildren(...spans);
}
