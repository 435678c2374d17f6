// The map of states: RFC 9293's diagram for each host, and the way that its connection has gone on it.

import { BOX, EDGES, END, PLACES, SIZE, walk } from "./diagram.js";
import { pathOf, shown } from "./model.js";

const SVG = "http://www.w3.org/2000/svg";

function make(name, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

export class StateMap {
  #details;
  #words;
  #diagrams;

  /** `details` is what folds away; whether it is open is remembered. */
  constructor(details, words) {
    this.#details = details;
    this.#words = words;
    details.open = remembered() === "open";
    details.addEventListener("toggle", () => remember(details.open ? "open" : "folded"));
  }

  toggle() {
    this.#details.open = !this.#details.open;
  }

  get isOpen() {
    return this.#details.open;
  }

  show({ model }) {
    if (!this.isOpen) return;
    this.#diagrams ??= ["client", "server"].map((host) => new Diagram(host, this.#details.querySelector(".pair"), this.#words));
    for (const diagram of this.#diagrams) diagram.show(model.hosts[diagram.host]);
  }
}

/** One host's diagram. */
class Diagram {
  #svg;
  #words;
  #boxes = {};
  #edges = {};
  #taken = make("g", { class: "taken" });
  #numbers = make("g", { class: "numbers" });
  #drawn;

  constructor(host, parent, words) {
    this.host = host;
    this.#words = words;
    const edges = make("g", { class: "edges" });
    const boxes = make("g", { class: "boxes" });
    this.#svg = make("svg", { role: "img", viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, "data-host": host }, edges, this.#taken, boxes, this.#numbers);
    this.#svg.append(make("text", { class: "whose", x: 2, y: 12 }, host));
    parent.append(this.#svg);
    for (const [key, [d, , label]] of Object.entries(EDGES)) {
      const edge = (this.#edges[key] = make("g", { class: "edge" }, make("title", {}, label)));
      edges.append(edge);
      arrow(edge, d);
    }
    for (const name of Object.keys(PLACES)) boxes.append((this.#boxes[name] = box(name)));
  }

  show(host) {
    const socket = shown(host);
    const path = pathOf(host, socket);
    const drawn = path.map(({ seq, state }) => `${seq} ${state}`).join();
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#svg.setAttribute("aria-label", this.#say(path));
    const { places, ways } = walk(path);
    for (const [name, node] of Object.entries(this.#boxes)) {
      const last = places.lastIndexOf(name);
      node.classList.toggle("visited", last >= 0);
      node.classList.toggle("current", last >= 0 && last === places.length - 1);
      node.classList.toggle("inferred", last >= 0 && !path[last].observed);
    }
    const keys = ways.map(({ key }) => key);
    for (const [key, edge] of Object.entries(this.#edges)) edge.classList.toggle("gone", keys.includes(key));
    this.#taken.replaceChildren();
    for (const way of ways) this.#way(way);
    this.#numbers.replaceChildren(...ways.map(number));
  }

  /** A way that was taken; its title says what is special about it. */
  #way({ key, d, state, observed, gap }) {
    const special = gap ? "gap" : key ? "" : "aside";
    const title = special ? this.#words(`map.${special}`) : observed ? EDGES[key][2] : this.#words("stage.inferred");
    const group = make("g", { class: `way ${special}${observed ? "" : " inferred"}`, "data-state": state }, make("title", {}, title));
    this.#taken.append(group);
    arrow(group, d);
  }

  #say(path) {
    if (path.length === 0) return this.#words("map.none", { host: this.host });
    const step = ({ state, observed, gap }) => `${gap ? "? " : ""}${observed ? state : `(${state})`}`;
    return this.#words("map.path", { host: this.host, path: path.map(step).join(" → ") });
  }
}

/** A state's box: its name, and at its left a piece of the ribbon that it has in the picture. */
function box(name) {
  const state = name === END ? "CLOSED" : name;
  const { width, height } = BOX;
  const [x, y] = PLACES[name];
  const rect = (className, more = {}) => make("rect", { x: -width / 2, y: -height / 2, width, height, rx: 5, class: className, ...more });
  const node = make("g", { class: `box${name === END ? " end" : ""}`, transform: `translate(${x} ${y})`, "data-state": state, "data-place": name });
  node.append(rect("glow"), rect("ground"), rect("body"), rect("ribbon-piece", { x: -width / 2 + 3, y: -height / 2 + 3, width: 5, height: height - 6, rx: 2 }));
  if (name === END) node.append(make("circle", { cx: -31, r: 5.5, class: "ring" }), make("circle", { cx: -31, r: 2.5, class: "dot" }));
  node.append(make("text", { x: name === END ? 6 : 3, y: 4 }, state));
  return node;
}

/** A line with its head; the head points where the line ends. */
function arrow(group, d) {
  const line = make("path", { d, class: "line" });
  group.append(line);
  const length = line.getTotalLength();
  const [end, near] = [line.getPointAtLength(length), line.getPointAtLength(length - 3)];
  const angle = (Math.atan2(end.y - near.y, end.x - near.x) * 180) / Math.PI;
  group.append(make("path", { d: "M1.5 0l-7-3.4v6.8z", transform: `translate(${end.x} ${end.y}) rotate(${angle})`, class: "tip" }));
}

/** In which order the ways were taken. */
function number({ at: [x, y], number, gap, state }) {
  const text = gap ? "?" : String(number);
  return make("g", { transform: `translate(${x} ${y})`, "data-state": state }, make("circle", { r: 6.5 }), make("text", { y: 3.2 }, text));
}

function remembered() {
  try {
    return localStorage.getItem("map");
  } catch {
    return null; // a browser that stores nothing
  }
}

function remember(value) {
  try {
    localStorage.setItem("map", value);
  } catch {
    // then it lasts as long as the page
  }
}
