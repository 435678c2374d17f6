// RFC 9293's diagram of states for one host, drawn, and the path of its connection on it.

import { svg } from "../dom/svg.js";
import { pathOf, shown } from "../model/model.js";
import { BOX, CENTRES, EDGES, END, SIZE, walk } from "../model/state-diagram.js";

export class StateChart {
  #svg;
  #words;
  #boxes = {};
  #edges = {};
  #taken = svg("g", { class: "taken" });
  #numbers = svg("g", { class: "numbers" });
  #drawn;

  constructor(host, parent, words) {
    this.host = host;
    this.#words = words;
    const edges = svg("g", { class: "edges" });
    const boxes = svg("g", { class: "boxes" });
    this.#svg = svg("svg", { role: "img", viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, "data-host": host }, edges, this.#taken, boxes, this.#numbers);
    this.#svg.append(svg("text", { class: "whose", x: 2, y: 12 }, host));
    parent.append(this.#svg);
    for (const [key, [d, , label]] of Object.entries(EDGES)) {
      const edge = (this.#edges[key] = svg("g", { class: "edge" }, svg("title", {}, label)));
      edges.append(edge);
      arrow(edge, d);
    }
    for (const name of Object.keys(CENTRES)) boxes.append((this.#boxes[name] = box(name)));
  }

  show(host) {
    const socket = shown(host);
    const path = pathOf(host, socket);
    const drawn = path.map(({ seq, state }) => `${seq} ${state}`).join();
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#svg.setAttribute("aria-label", this.#say(path));
    const { boxes, edges } = walk(path);
    for (const [name, group] of Object.entries(this.#boxes)) {
      const last = boxes.lastIndexOf(name);
      group.classList.toggle("visited", last >= 0);
      group.classList.toggle("current", last >= 0 && last === boxes.length - 1);
      group.classList.toggle("inferred", last >= 0 && !path[last].observed);
    }
    const keys = edges.map(({ key }) => key);
    for (const [key, edge] of Object.entries(this.#edges)) edge.classList.toggle("gone", keys.includes(key));
    this.#taken.replaceChildren();
    for (const taken of edges) this.#take(taken);
    this.#numbers.replaceChildren(...edges.map(number));
  }

  /** Draws an edge that was taken; the title names its kind or its cause. */
  #take({ key, d, state, observed, gap }) {
    const special = gap ? "gap" : key ? "" : "aside";
    const title = special ? this.#words(`map.${special}`) : observed ? EDGES[key][2] : this.#words("stage.inferred");
    const group = svg("g", { class: `way ${special}${observed ? "" : " inferred"}`, "data-state": state }, svg("title", {}, title));
    this.#taken.append(group);
    arrow(group, d);
  }

  #say(path) {
    if (path.length === 0) return this.#words("map.none", { host: this.host });
    const step = ({ state, observed, gap }) => `${gap ? "? " : ""}${observed ? state : `(${state})`}`;
    return this.#words("map.path", { host: this.host, path: path.map(step).join(" → ") });
  }
}

/** A state's box: its name, and at its left a piece of its ribbon in the picture. */
function box(name) {
  const state = name === END ? "CLOSED" : name;
  const { width, height } = BOX;
  const [x, y] = CENTRES[name];
  const rect = (className, more = {}) => svg("rect", { x: -width / 2, y: -height / 2, width, height, rx: 5, class: className, ...more });
  const group = svg("g", { class: `box${name === END ? " end" : ""}`, transform: `translate(${x} ${y})`, "data-state": state, "data-place": name });
  group.append(rect("glow"), rect("ground"), rect("body"), rect("ribbon-piece", { x: -width / 2 + 3, y: -height / 2 + 3, width: 5, height: height - 6, rx: 2 }));
  if (name === END) group.append(svg("circle", { cx: -31, r: 5.5, class: "ring" }), svg("circle", { cx: -31, r: 2.5, class: "dot" }));
  group.append(svg("text", { x: name === END ? 6 : 3, y: 4 }, state));
  return group;
}

/** A line with an arrowhead. */
function arrow(group, d) {
  const line = svg("path", { d, class: "line" });
  group.append(line);
  const length = line.getTotalLength();
  const [end, near] = [line.getPointAtLength(length), line.getPointAtLength(length - 3)];
  const angle = (Math.atan2(end.y - near.y, end.x - near.x) * 180) / Math.PI;
  group.append(svg("path", { d: "M1.5 0l-7-3.4v6.8z", transform: `translate(${end.x} ${end.y}) rotate(${angle})`, class: "tip" }));
}

/** The number of an edge, in the order in which the edges were taken. */
function number({ at: [x, y], number, gap, state }) {
  const text = gap ? "?" : String(number);
  return svg("g", { transform: `translate(${x} ${y})`, "data-state": state }, svg("circle", { r: 6.5 }), svg("text", { y: 3.2 }, text));
}
