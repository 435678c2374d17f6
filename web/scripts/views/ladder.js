// The picture: two ribbons, the segments between them, and the calls outside. Draws a Layout up to the playhead.
//
// Ribbons and lines are cut at the playhead's height, and words below it are hidden, so that a frame draws only the segments
// under way. Items far out of sight are not drawn: a run may have thousands of segments. The picture is divided into bands;
// an item belongs to the band where it begins.

import { svg } from "../dom/svg.js";
import { kindOf, nameOf } from "../model/model.js";
import { RIBBON, draw, ends } from "./ladder-items.js";

/** The width of a character as a part of the box's font size; the picture's words are a little smaller than the text. */
const CHARACTER = 0.523;
/** The lowest position of the playhead, as a part of the box's height. */
const SIGHT = 0.88;
/** The sign of a held segment, 16 × 16, as on the button that holds the wire. */
const PALM = "M4.5 9V4.2a1 1 0 0 1 2 0V7m0-.5V2.8a1 1 0 0 1 2 0v3.7m0 .5V3.4a1 1 0 0 1 2 0V8m0-2.2a1 1 0 0 1 2 0v4.4c0 2.6-1.7 4.3-4.2 4.3-2 0-3.1-.8-4.1-2.6L2.4 9.2a1 1 0 0 1 1.7-1z";
/** The most chips on the wire. */
const MAX_CHIPS = 24;
/** The height of a band. Longer items belong to no band and are always checked. */
const BAND = 200;
/** The step in which the picture grows. */
const GROWTH = 500;
/** A picture narrower than this, in px, has room for the calls of one host. */
const NARROW = 620;
/** The number of bands above those in sight that are drawn too. */
const SPARE = 3;

/** The number of pictures on the page: each has ids of its own. */
let pictures = 0;

export class Ladder {
  #name = `past-${(pictures += 1)}`;
  #room;
  #box;
  #svg;
  #words;
  #named;
  /** All items by key; items by band and key; items longer than a band. */
  #items = new Map();
  #bands = new Map();
  #long = new Map();
  /** The drawn items with their elements and timed words, by key. */
  #drawn = new Map();
  #range = [0, -1];
  #chips = new Map();
  #picked = null;
  #y = 0;
  /** The part of the picture in sight, kept here since asking the page would cost a layout. */
  #top = 0;
  #height = 0;
  #drawnHeight;
  #ended = false;
  /** Whether states have the names of their sockets. */
  #wide = false;
  #columns;
  /** Whether a chip has a button that drops its segment. */
  #drops;
  /** The host whose calls a narrow picture shows. */
  #host = "client";

  /**
   * `onSelect` is called with the id of a picked segment, `onDrop`, if given, with the id of a dropped one; `named` returns
   * a result's name; a picture narrower than `room` px shows the calls of one host.
   */
  constructor(box, words, { onSelect, onDrop, named, room = NARROW }) {
    this.#named = named;
    this.#room = room;
    this.#drops = Boolean(onDrop);
    this.#box = box;
    // A chip moves while it is pressed: the begin of the press counts.
    let pressed;
    box.addEventListener("pointerdown", ({ target }) => {
      pressed = target.closest("[data-segment]");
      if (target.closest(".drop")) onDrop(Number(pressed.dataset.segment)); // at once, before the segment arrives
    });
    box.addEventListener("click", ({ target }) => {
      if (pressed && !pressed.isConnected) return; // the chip was dropped
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

  /** Removes everything from the picture. */
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
    const narrow = width < this.#room && this.#host;
    // The width of a character of the picture's words, and the distance of their baseline from their height.
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

  /** Takes new and changed items of a Layout. */
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

  /** Draws the items that have come into sight, and removes those that have left it. */
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
    const drawn = { item, elements: [], words: [] };
    draw[item.kind]?.(item, this.#context(drawn));
    this.#drawn.set(item.key, drawn);
    if (item.mark) for (const element of drawn.elements) element.classList.add(item.mark);
    for (const word of drawn.words) this.#time(word);
    if (item.kind === "segment" && item.id === this.#picked) for (const element of drawn.elements) element.classList.add("selected");
  }

  #erase(key) {
    for (const element of this.#drawn.get(key)?.elements ?? []) element.remove();
    this.#drawn.delete(key);
  }

  /** Shows a word from its height on. */
  #time(word) {
    const later = word.y > this.#y;
    if (word.later === later) return;
    word.later = later;
    word.element.classList.toggle("later", later);
  }

  /** The context in which an item is drawn. */
  #context(drawn) {
    const put = (layer, element) => {
      this.layers[layer].append(element);
      drawn.elements.push(element);
      return element;
    };
    return {
      columns: this.#columns,
      words: this.#words,
      named: this.#named,
      line: (element) => put("lines", element),
      /** A word or another element that appears at its height. */
      at: (y, element) => {
        drawn.words.push({ y, element: put("words", element) });
      },
    };
  }

  /** Draws the ribbons: each piece is as long as its state lasts. */
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

  /** Shows the picture down to height y; `ended` says whether that is the end. */
  show(y, ended = false) {
    const moved = y !== this.#y;
    this.#y = y;
    this.#ended = ended;
    if (moved) this.#follow(); // a resting playhead leaves the visitor's scrolling alone
    this.#look();
    this.cut.setAttribute("height", Math.max(y, 0));
    for (const name of ["y1", "y2"]) this.head.setAttribute(name, y);
    this.head.classList.toggle("later", ended);
    for (const { words } of this.#drawn.values()) for (const word of words) this.#time(word);
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

  /** Chooses the host whose calls a narrow picture shows. */
  showCallsOf(host) {
    this.#host = host;
    if (this.#columns.narrow) this.redraw();
  }

  /** Shows the whole picture, for printing. */
  unroll(end) {
    [this.#top, this.#height] = [0, end + 30];
    this.show(end, true);
    this.#svg.setAttribute("height", end + 30);
  }

  /** Shows the part in sight again. */
  roll(y, ended) {
    this.#drawnHeight = undefined;
    this.#height = this.#box.clientHeight;
    this.#y = NaN; // any height counts as moved
    this.show(y, ended);
  }

  /** Whether segments under way can be dropped. */
  set droppable(can) {
    this.#box.toggleAttribute("data-droppable", can);
  }

  /** Marks the picked segment, by its id. */
  select(id) {
    this.#picked = id;
    for (const element of this.#svg.querySelectorAll(".selected")) element.classList.remove("selected");
    for (const element of this.#svg.querySelectorAll(`[data-segment="${id}"]`)) element.classList.add("selected");
  }

  /** Draws the segments under way, each as a chip on its line. */
  #flights(y) {
    const flying = ({ kind, y: from, end, held, open }) => kind === "segment" && y >= from && (y < end || (held && open));
    const items = [...this.#drawn.values()].map(({ item }) => item).filter(flying);
    // Of a burst, every second or fourth … segment has a chip, so that chips do not hide each other.
    const step = 2 ** Math.max(0, Math.ceil(Math.log2(items.length / MAX_CHIPS)));
    const under = new Set();
    for (const item of items) {
      if (item.id % step !== 0 && ["data", "ack"].includes(kindOf(item))) continue;
      const [x0, x1] = ends(item, this.#columns);
      // A held segment waits in the middle of the wire.
      const part = item.held ? 0.5 : (y - item.y) / (item.end - item.y);
      const x = x0 + (x1 - x0) * part;
      const text = nameOf(item);
      const room = item.held ? 22 : 0;
      const width = (text.length + 2) * this.#columns.character + room;
      const inside = Math.min(Math.max(x, Math.min(x0, x1) + width / 2 - 8), Math.max(x0, x1) - width / 2 + 8);
      const key = `${item.key} ${item.held} ${text}`;
      if (!this.#chips.has(key)) {
        const chip = svg("g", { class: `chip ${kindOf(item)}${item.held ? " held" : ""}`, "data-segment": item.id },
          svg("rect", { x: -width / 2, y: -12, width, height: 24, rx: 6 }), svg("text", { x: room / 2, y: 4.5 }, text));
        if (room) chip.append(svg("path", { class: "palm", d: PALM, transform: `translate(${8 - width / 2} -8)` }));
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

  /** Keeps the playhead in sight. */
  #follow() {
    const height = Math.max(this.#height - 2, this.#y + this.#height * (1 - SIGHT));
    // The picture grows in steps: each new height is a new layout of all elements.
    const drawn = height <= this.#height ? height : Math.ceil(height / GROWTH) * GROWTH;
    if (drawn !== this.#drawnHeight) this.#svg.setAttribute("height", (this.#drawnHeight = drawn));
    const top = Math.max(0, this.#y - this.#height * SIGHT);
    if (top === this.#top) return;
    this.#top = top;
    this.#box.scrollTop = top;
  }
}

/** The first and the last height of an item. A waiting call and a held segment have no end yet. */
function reach({ kind, y, end, open, held }) {
  const endless = (kind === "call" && end === undefined) || (held && open);
  return [y, endless ? Infinity : (end ?? y)];
}
