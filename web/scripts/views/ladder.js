// The picture: two ribbons, what passes between them, and the calls outside. Draws a Layout up to a moment.
//
// A moment is shown by cutting ribbons and lines at its height and by showing the words above it, so that a frame draws
// nothing anew but the segments that are under way. What is far from what somebody sees is not drawn at all: a run may
// have thousands of segments. For that the picture is divided into bands; an item belongs to the one where it begins.

import { svg } from "../dom/svg.js";
import { kindOf, nameOf } from "../model/model.js";
import { RIBBON, draw, ends } from "./ladder-items.js";

/** How wide a character is, of the box's font size: what is written in the picture is a little smaller than the text. */
const CHARACTER = 0.523;
/** How far down the box the playhead may be. */
const SIGHT = 0.88;
/** A hand that waits, 16 × 16: the one on the button that holds the wire. */
const PALM = "M4.5 9V4.2a1 1 0 0 1 2 0V7m0-.5V2.8a1 1 0 0 1 2 0v3.7m0 .5V3.4a1 1 0 0 1 2 0V8m0-2.2a1 1 0 0 1 2 0v4.4c0 2.6-1.7 4.3-4.2 4.3-2 0-3.1-.8-4.1-2.6L2.4 9.2a1 1 0 0 1 1.7-1z";
/** How many chips the wire has room for. */
const CHIPS = 24;
/** The height of a band. What is longer than that belongs to none, and is looked at always. */
const BAND = 200;
/** By how much the picture grows at once. */
const GROWTH = 500;
/** A picture narrower than this, in px, has room for the calls of one host. */
const NARROW = 620;
/** How many bands above those in sight are drawn too. Below them is the future. */
const SPARE = 3;

/** How many pictures the page has: what their parts refer to has a name of its own in each. */
let pictures = 0;

export class Ladder {
  #name = `past-${(pictures += 1)}`;
  #room;
  #box;
  #svg;
  #words;
  #named;
  /** All there is to draw, by key; by band, by key; and what is longer than a band. */
  #items = new Map();
  #bands = new Map();
  #long = new Map();
  /** What is drawn: items with their nodes and marks, by key. */
  #drawn = new Map();
  #range = [0, -1];
  #chips = new Map();
  #picked = null;
  #y = 0;
  /** What of the picture is in sight. To ask the page for it while something is drawn would cost a layout. */
  #top = 0;
  #height = 0;
  #drawnHeight;
  #ended = false;
  /** Whether states are said with the names of their sockets. */
  #wide = false;
  #columns;
  /** Whether a chip can be dropped. */
  #drops;
  /** The host whose calls a narrow picture shows. */
  #side = "client";

  /**
   * `onSelect` is called with the id of a segment that somebody picks, `onDrop`, where segments can be dropped here, with one
   * to be lost; `named` gives a result's name; from `room` px on there is room for the calls of both hosts.
   */
  constructor(box, words, { onSelect, onDrop, named, room = NARROW }) {
    this.#named = named;
    this.#room = room;
    this.#drops = Boolean(onDrop);
    this.#box = box;
    // A chip moves on while it is pressed: what counts is where that began.
    let pressed;
    box.addEventListener("pointerdown", ({ target }) => {
      pressed = target.closest("[data-segment]");
      if (target.closest(".drop")) onDrop(Number(pressed.dataset.segment)); // before it has arrived
    });
    box.addEventListener("click", ({ target }) => {
      if (pressed && !pressed.isConnected) return; // it was dropped
      const picked = target.closest("[data-segment]") ?? pressed;
      onSelect(picked ? Number(picked.dataset.segment) : null);
    });
    this.#words = words;
    this.#svg = box.querySelector("svg");
    this.clear();
    new ResizeObserver(() => this.#resize()).observe(box);
    box.addEventListener("scroll", () => {
      this.#top = box.scrollTop;
      this.#look();
    });
  }

  /** Forgets the run that was drawn. */
  reset() {
    this.#wide = false;
    this.#ended = false;
    this.#y = 0;
    this.#picked = null;
    this.clear();
  }

  /** Forgets everything that was drawn. */
  clear() {
    for (const all of [this.#items, this.#bands, this.#long, this.#drawn, this.#chips]) all.clear();
    this.#range = [0, -1];
    this.cut = svg("rect", { x: 0, y: 0, width: "100%", height: 0 });
    this.layers = {};
    for (const name of ["rails", "ribbons", "lines", "words", "head"]) this.layers[name] = svg("g", { class: name });
    for (const name of ["ribbons", "lines"]) this.layers[name].setAttribute("clip-path", `url(#${this.#name})`);
    this.head = svg("line", { class: "playhead" });
    this.layers.head.append(this.head);
    const hatch = svg("pattern", { id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      svg("rect", { class: "hatch-ground", width: 6, height: 6 }), svg("rect", { class: "hatch-line", width: 3, height: 6 }));
    this.#svg.replaceChildren(svg("defs", {}, svg("clipPath", { id: this.#name }, this.cut), hatch), ...Object.values(this.layers));
    this.#measure();
    this.#rails();
  }

  #measure() {
    const width = this.#box.clientWidth || 800;
    const narrow = width < this.#room && this.#side;
    // A character of the machine's words, and how far below a height they stand.
    const em = parseFloat(getComputedStyle(this.#box).fontSize);
    const [character, base] = [em * CHARACTER, em * 0.8];
    const states = narrow ? 0 : character * (this.#wide ? 20 : 14);
    const calls = Math.min(character * 33, Math.max(character * 17, width * (narrow ? 0.36 : width < NARROW ? 0.25 : 0.225)));
    const edge = (host) => (narrow && host !== narrow ? 20 : calls + states);
    this.#columns = {
      narrow,
      width,
      character,
      base,
      client: { ribbon: edge("client"), state: edge("client") + (narrow ? 14 : -12), call: edge("client") - states - 12, side: -1 },
      server: { ribbon: width - edge("server"), state: width - edge("server") + (narrow ? -14 : 12), call: width - edge("server") + states + 12, side: 1 },
    };
    this.#svg.setAttribute("width", width);
    this.#height = this.#box.clientHeight;
  }

  #rails() {
    const { client, server, width } = this.#columns;
    const rails = [client, server].map(({ ribbon }) => svg("line", { x1: ribbon, x2: ribbon, y1: 0, y2: "100%", class: "rail" }));
    this.layers.rails.replaceChildren(...rails);
    this.head.setAttribute("x2", width);
  }

  #resize() {
    this.#height = this.#box.clientHeight;
    if (Math.abs((this.#box.clientWidth || 800) - this.#columns.width) < 1) return this.#follow();
    this.redraw();
  }

  redraw() {
    const items = [...this.#items.values()];
    const [y, ended] = [this.#y, this.#ended];
    this.clear();
    this.add(items);
    this.show(y, ended);
  }

  /** Takes items of a Layout, new ones and such as have changed. */
  add(items) {
    if (!this.#wide && items.some((item) => item.kind === "state" && item.text !== item.state)) {
      this.#wide = true;
      this.redraw();
    }
    for (const item of items) {
      this.#erase(item.key);
      this.#items.set(item.key, item);
      const [from, to] = reach(item);
      const band = Math.floor(from / BAND);
      const isLong = to - from > BAND;
      if (!this.#bands.has(band)) this.#bands.set(band, new Map());
      this.#bands.get(band)[isLong ? "delete" : "set"](item.key, item);
      this.#long[isLong ? "set" : "delete"](item.key, item);
      if (this.#isInSight(item)) this.#draw(item);
    }
    if (items.some(({ ribbon }) => ribbon)) this.#ribbons();
  }

  /** Draws what has come into sight, and gives up what has gone out of it. */
  #look() {
    const [from, to] = [Math.floor(this.#top / BAND) - SPARE, Math.floor((this.#top + this.#height) / BAND)];
    if (from === this.#range[0] && to === this.#range[1]) return;
    this.#range = [from, to];
    for (const { item } of this.#drawn.values()) if (!this.#isInSight(item)) this.#erase(item.key);
    const bands = Array.from({ length: to - from + 1 }, (_, index) => this.#bands.get(from + index));
    for (const items of [this.#long, ...bands]) {
      for (const item of items?.values() ?? []) if (!this.#drawn.has(item.key) && this.#isInSight(item)) this.#draw(item);
    }
  }

  #isInSight(item) {
    const [from, to] = reach(item);
    const [first, last] = this.#range;
    return to - from > BAND ? to >= first * BAND && from < (last + 1) * BAND : from >= first * BAND && from < (last + 1) * BAND;
  }

  #draw(item) {
    const drawn = { item, nodes: [], marks: [] };
    draw[item.kind]?.(item, this.#pen(drawn));
    this.#drawn.set(item.key, drawn);
    if (item.mark) for (const node of drawn.nodes) node.classList.add(item.mark);
    for (const mark of drawn.marks) this.#time(mark);
    if (item.kind === "segment" && item.id === this.#picked) for (const node of drawn.nodes) node.classList.add("selected");
  }

  #erase(key) {
    for (const node of this.#drawn.get(key)?.nodes ?? []) node.remove();
    this.#drawn.delete(key);
  }

  /** A word is there from its moment on. */
  #time(mark) {
    const later = mark.y > this.#y;
    if (mark.later === later) return;
    mark.later = later;
    mark.node.classList.toggle("later", later);
  }

  /** What a kind of item draws with. */
  #pen(drawn) {
    const put = (layer, node) => {
      this.layers[layer].append(node);
      drawn.nodes.push(node);
      return node;
    };
    return {
      columns: this.#columns,
      words: this.#words,
      named: this.#named,
      line: (node) => put("lines", node),
      /** A word, or whatever else appears at its moment. */
      at: (y, node) => {
        drawn.marks.push({ y, node: put("words", node) });
      },
    };
  }

  /** A ribbon is as long as its state lasts. */
  #ribbons() {
    this.layers.ribbons.replaceChildren();
    for (const host of ["client", "server"]) {
      const states = [...this.#items.values()].filter((item) => item.ribbon && item.host === host);
      states.sort((a, b) => a.y - b.y).forEach((item, index) => {
        const end = states[index + 1]?.y ?? 1e5;
        const x = this.#columns[host].ribbon - RIBBON / 2;
        if (item.state !== "CLOSED") {
          this.layers.ribbons.append(svg("rect", { x, y: item.y, width: RIBBON, height: end - item.y, class: "ribbon", "data-state": item.state }));
        }
      });
    }
  }

  /** Shows the moment at height y; `ended` where nothing comes after it. */
  show(y, ended = false) {
    const moved = y !== this.#y;
    this.#y = y;
    this.#ended = ended;
    if (moved) this.#follow(); // else somebody may be looking elsewhere
    this.#look();
    this.cut.setAttribute("height", Math.max(y, 0));
    for (const name of ["y1", "y2"]) this.head.setAttribute(name, y);
    this.head.classList.toggle("later", ended);
    for (const { marks } of this.#drawn.values()) for (const mark of marks) this.#time(mark);
    this.#flights(y);
  }

  /** Brings a segment into sight, by its id. */
  reveal(id) {
    const item = this.#items.get(`segment ${id}`);
    const { scrollTop, clientHeight } = this.#box;
    if (!item) return;
    if (item.y < scrollTop + 20) this.#box.scrollTop = item.y - clientHeight / 3;
    else if (item.end > scrollTop + clientHeight - 20) this.#box.scrollTop = item.end - (clientHeight * 2) / 3;
  }

  /** Where there is room for the calls of one host only, shows this one's. */
  face(host) {
    this.#side = host;
    if (this.#columns.narrow) this.redraw();
  }

  /** The whole picture, however far the playhead has come: for paper. */
  unroll(end) {
    [this.#top, this.#height] = [0, end + 30];
    this.show(end, true);
    this.#svg.setAttribute("height", end + 30);
  }

  /** Back to what is in sight. */
  roll(y, ended) {
    this.#drawnHeight = undefined;
    this.#height = this.#box.clientHeight;
    this.#y = NaN; // as if it had moved
    this.show(y, ended);
  }

  /** Whether what is under way can be dropped. */
  set touchable(can) {
    this.#box.toggleAttribute("data-touchable", can);
  }

  /** Marks the segment that somebody picked, by its id. */
  select(id) {
    this.#picked = id;
    for (const node of this.#svg.querySelectorAll(".selected")) node.classList.remove("selected");
    for (const node of this.#svg.querySelectorAll(`[data-segment="${id}"]`)) node.classList.add("selected");
  }

  /** The segments that are under way at this moment, each as a chip on its line. */
  #flights(y) {
    const flying = ({ kind, y: from, end, held, open }) => kind === "segment" && y >= from && (y < end || (held && open));
    const items = [...this.#drawn.values()].map(({ item }) => item).filter(flying);
    // Of a burst every second, fourth … one, else they would hide each other; all have their lines.
    const step = 2 ** Math.max(0, Math.ceil(Math.log2(items.length / CHIPS)));
    const under = new Set();
    for (const item of items) {
      if (item.id % step !== 0 && ["data", "ack"].includes(kindOf(item))) continue;
      const [x0, x1] = ends(item, this.#columns);
      // What is held waits in the middle of the wire.
      const way = item.held ? 0.5 : (y - item.y) / (item.end - item.y);
      const x = x0 + (x1 - x0) * way;
      const text = nameOf(item);
      const palm = item.held ? 22 : 0;
      const width = (text.length + 2) * this.#columns.character + palm;
      const inside = Math.min(Math.max(x, Math.min(x0, x1) + width / 2 - 8), Math.max(x0, x1) - width / 2 + 8);
      const key = `${item.key} ${item.held} ${text}`;
      if (!this.#chips.has(key)) {
        const chip = svg("g", { class: `chip ${kindOf(item)}${item.held ? " held" : ""}`, "data-segment": item.id },
          svg("rect", { x: -width / 2, y: -12, width, height: 24, rx: 6 }), svg("text", { x: palm / 2, y: 4.5 }, text));
        if (palm) chip.append(svg("path", { class: "palm", d: PALM, transform: `translate(${8 - width / 2} -8)` }));
        if (this.#drops) {
          chip.append(svg("g", { class: "drop", transform: `translate(${width / 2 + 2} -13)` }, svg("title", {}, this.#words("hand.drop")),
            svg("circle", { r: 11 }), svg("path", { d: "M-4-4l8 8M4-4l-8 8" })));
        }
        this.layers.head.append(chip);
        this.#chips.set(key, chip);
      }
      this.#chips.get(key).setAttribute("transform", `translate(${inside} ${y})`);
      under.add(key);
    }
    for (const [key, chip] of this.#chips) {
      if (under.has(key)) continue;
      chip.remove();
      this.#chips.delete(key);
    }
  }

  /** Keeps the moment in sight. */
  #follow() {
    const height = Math.max(this.#height - 2, this.#y + this.#height * (1 - SIGHT));
    // It grows in steps: another height is another layout of all that is drawn.
    const drawn = height <= this.#height ? height : Math.ceil(height / GROWTH) * GROWTH;
    if (drawn !== this.#drawnHeight) this.#svg.setAttribute("height", (this.#drawnHeight = drawn));
    const top = Math.max(0, this.#y - this.#height * SIGHT);
    if (top === this.#top) return;
    this.#top = top;
    this.#box.scrollTop = top;
  }
}

/** From which height to which an item reaches. A call that waits and a segment that is held have no end yet. */
function reach({ kind, y, end, open, held }) {
  const endless = (kind === "call" && end === undefined) || (held && open);
  return [y, endless ? Infinity : (end ?? y)];
}
