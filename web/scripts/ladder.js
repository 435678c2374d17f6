// The picture: two ribbons, what passes between them, and the calls outside. Draws a Layout up to a moment.
//
// Everything is drawn once, in full. A moment is shown by cutting ribbons and lines at its height and by showing the
// words above it, so that a frame draws nothing anew but the segments that are under way.

import { duration, kindOf, nameOf } from "./model.js";

const SVG = "http://www.w3.org/2000/svg";
const RIBBON = 12;
/** How wide a character is, of the box's font size: what is written in the picture is a little smaller than the text. */
const CHARACTER = 0.523;
/** How far down the box the playhead may be. */
const SIGHT = 0.88;

function make(name, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

export class Ladder {
  #box;
  #svg;
  #words;
  #named;
  #items = new Map();
  #marks = [];
  #sorted = true;
  #shown = 0;
  #y = 0;
  #ended = false;
  #selected = null;
  /** The chips that are under way, by the ids of their segments. */
  #chips = new Map();
  /** Whether states are said with the names of their sockets. */
  #wide = false;
  #columns;
  /** The host whose calls a narrow picture shows. */
  #side = "client";

  /** `onSelect` is called with the id of a segment that somebody picks; `named` gives a result's name. */
  constructor(box, words, { onSelect, named }) {
    this.#named = named;
    this.#box = box;
    // A chip moves on while it is pressed: what counts is where that began.
    let pressed;
    box.addEventListener("pointerdown", ({ target }) => (pressed = target.closest("[data-segment]")));
    box.addEventListener("click", ({ target }) => {
      const picked = target.closest("[data-segment]") ?? pressed;
      onSelect(picked ? Number(picked.dataset.segment) : null);
    });
    this.#words = words;
    this.#svg = box.querySelector("svg");
    this.clear();
    new ResizeObserver(() => this.#resize()).observe(box);
  }

  /** Forgets the run that was drawn. */
  reset() {
    this.#selected = null;
    this.#wide = false;
    this.#ended = false;
    this.#y = 0;
    this.clear();
  }

  /** Forgets everything that was drawn. */
  clear() {
    this.#items.clear();
    this.#chips.clear();
    this.#marks = [];
    this.#shown = 0;
    this.cut = make("rect", { x: 0, y: 0, width: "100%", height: 0 });
    this.layers = {};
    for (const name of ["rails", "ribbons", "lines", "words", "head"]) this.layers[name] = make("g", { class: name });
    for (const name of ["ribbons", "lines"]) this.layers[name].setAttribute("clip-path", "url(#past)");
    this.head = make("line", { class: "playhead" });
    this.layers.head.append(this.head);
    const hatch = make("pattern", { id: "hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      make("rect", { class: "hatch-ground", width: 6, height: 6 }), make("rect", { class: "hatch-line", width: 3, height: 6 }));
    this.#svg.replaceChildren(make("defs", {}, make("clipPath", { id: "past" }, this.cut), hatch), ...Object.values(this.layers));
    this.#measure();
    this.#rails();
  }

  #measure() {
    const width = this.#box.clientWidth || 800;
    const narrow = width < 620 && this.#side;
    // A character of the machine's words, and how far below a height they stand.
    const em = parseFloat(getComputedStyle(this.#box).fontSize);
    const [character, base] = [em * CHARACTER, em * 0.8];
    const states = narrow ? 0 : character * (this.#wide ? 20 : 14);
    const calls = Math.min(character * 33, Math.max(character * 17, width * (narrow ? 0.36 : 0.225)));
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
  }

  #rails() {
    const { client, server, width } = this.#columns;
    const rails = [client, server].map(({ ribbon }) => make("line", { x1: ribbon, x2: ribbon, y1: 0, y2: "100%", class: "rail" }));
    this.layers.rails.replaceChildren(...rails);
    this.head.setAttribute("x2", width);
  }

  #resize() {
    if (Math.abs((this.#box.clientWidth || 800) - this.#columns.width) < 1) return this.#follow();
    this.redraw();
  }

  redraw() {
    const items = [...this.#items.values()].map(({ item }) => item);
    const [y, ended] = [this.#y, this.#ended];
    this.clear();
    this.add(items);
    this.show(y, ended);
  }

  /** Draws items of a Layout, or draws them anew. */
  add(items) {
    if (!this.#wide && items.some((item) => item.kind === "state" && item.text !== item.state)) {
      this.#wide = true;
      this.redraw();
    }
    for (const item of items) {
      const old = this.#items.get(item.key);
      old?.nodes.forEach((node) => node.remove());
      const drawn = { item, nodes: [], marks: [] };
      draw[item.kind]?.(item, this.#pen(drawn));
      this.#items.set(item.key, drawn);
      if (old) this.#marks = this.#marks.filter((mark) => mark.owner !== item.key);
      this.#marks.push(...drawn.marks);
      this.#sorted = false;
    }
    if (items.length) this.#ribbons();
    if (this.#selected) this.select(this.#selected);
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
        node.classList.add("later");
        drawn.marks.push({ y, node: put("words", node), owner: drawn.item.key });
      },
    };
  }

  /** A ribbon is as long as its state lasts. */
  #ribbons() {
    this.layers.ribbons.replaceChildren();
    for (const host of ["client", "server"]) {
      const states = [...this.#items.values()].map(({ item }) => item).filter((item) => item.ribbon && item.host === host);
      states.sort((a, b) => a.y - b.y).forEach((item, index) => {
        const end = states[index + 1]?.y ?? 1e5;
        const x = this.#columns[host].ribbon - RIBBON / 2;
        if (item.state !== "CLOSED") {
          this.layers.ribbons.append(make("rect", { x, y: item.y, width: RIBBON, height: end - item.y, class: "ribbon", "data-state": item.state }));
        }
      });
    }
  }

  /** Shows the moment at height y; `ended` where nothing comes after it. */
  show(y, ended = false) {
    const moved = y !== this.#y;
    this.#y = y;
    this.#ended = ended;
    if (!this.#sorted) {
      this.#marks.sort((a, b) => a.y - b.y);
      this.#marks.forEach((mark, index) => mark.node.classList.toggle("later", index >= this.#shown));
      this.#sorted = true;
    }
    while (this.#shown < this.#marks.length && this.#marks[this.#shown].y <= y) this.#marks[this.#shown++].node.classList.remove("later");
    while (this.#shown > 0 && this.#marks[this.#shown - 1].y > y) this.#marks[--this.#shown].node.classList.add("later");
    this.cut.setAttribute("height", Math.max(y, 0));
    for (const name of ["y1", "y2"]) this.head.setAttribute(name, y);
    this.head.classList.toggle("later", ended);
    this.#flights(y);
    if (moved) this.#follow(); // else somebody may be looking elsewhere
  }

  /** Brings a segment into sight, by its id. */
  reveal(id) {
    const item = this.#items.get(`segment ${id}`)?.item;
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
    this.#svg.setAttribute("height", end + 30);
    this.cut.setAttribute("height", end);
    this.#marks.forEach((mark) => mark.node.classList.remove("later"));
    this.#shown = this.#marks.length;
    this.head.classList.add("later");
  }

  /** Marks the segment that somebody picked, by its id. */
  select(id) {
    this.#selected = id;
    for (const node of this.#svg.querySelectorAll(".selected")) node.classList.remove("selected");
    for (const node of this.#svg.querySelectorAll(`[data-segment="${id}"]`)) node.classList.add("selected");
  }

  /** The segments that are under way at this moment, each as a chip on its line. */
  #flights(y) {
    const chips = new Map();
    for (const { item } of this.#items.values()) {
      const waits = item.held && item.open;
      if (item.kind !== "segment" || y < item.y || (y >= item.end && !waits)) continue;
      const [x0, x1] = ends(item, this.#columns);
      // What is held waits in the middle of the wire.
      const way = item.held ? 0.5 : (y - item.y) / (item.end - item.y);
      const x = x0 + (x1 - x0) * way;
      const text = item.held ? `✋ ${nameOf(item)}` : nameOf(item);
      const width = (text.length + 2) * this.#columns.character;
      const inside = Math.min(Math.max(x, Math.min(x0, x1) + width / 2 - 8), Math.max(x0, x1) - width / 2 + 8);
      const old = this.#chips.get(item.id);
      const chip = old?.text === text ? old.chip : make("g", { class: `chip ${kindOf(item)}${item.held ? " held" : ""}`, "data-segment": item.id },
        make("rect", { x: -width / 2, y: -12, width, height: 24, rx: 6 }), make("text", { y: 4.5 }, text));
      chip.setAttribute("transform", `translate(${inside} ${y})`);
      chips.set(item.id, { chip, text });
    }
    // One that stays is the same node: a press on it must find it again when it is let go.
    for (const [id, { chip }] of this.#chips) if (chips.get(id)?.chip !== chip) chip.remove();
    for (const { chip } of chips.values()) if (!chip.isConnected) this.layers.head.append(chip);
    this.#chips = chips;
  }

  /** Keeps the moment in sight. */
  #follow() {
    const height = this.#box.clientHeight;
    this.#svg.setAttribute("height", Math.max(height - 2, this.#y + height * (1 - SIGHT)));
    this.#box.scrollTop = Math.max(0, this.#y - height * SIGHT);
  }
}

/** Where a segment's line begins and ends. */
function ends({ from }, { client, server }) {
  const [left, right] = [client.ribbon + RIBBON / 2 + 1, server.ribbon - RIBBON / 2 - 1];
  return from === "client" ? [left, right] : [right, left];
}

const anchor = (side) => (side < 0 ? "end" : "start");

const draw = {
  state(item, { columns, at, words }) {
    const { state, ribbon, side } = columns[item.host];
    if (item.ribbon) at(item.y, make("line", { x1: ribbon - 9, x2: ribbon + 9, y1: item.y, y2: item.y, class: "change", "data-state": item.state }));
    if (columns.narrow && columns.narrow !== item.host) return;
    const shown = columns.narrow ? anchor(-side) : anchor(side);
    const name = item.gap ? `? ${item.text}` : item.text;
    const text = make("text", { x: state, y: item.y + columns.base, "text-anchor": shown, class: "state-word", "data-state": item.state }, item.observed ? name : `(${name})`);
    if (!item.observed) text.append(make("title", {}, words("stage.inferred")));
    at(item.y, text);
  },

  segment(item, { columns, line, at }) {
    const kind = kindOf(item);
    const [x0, x1] = ends(item, columns);
    const lost = item.lost ? 0.5 : 1;
    const [x, y] = [x0 + (x1 - x0) * lost, item.y + (item.end - item.y) * lost];
    // Wider than it is seen, so that a finger meets it.
    at(item.y, make("line", { x1: x0, y1: item.y, x2: x, y2: y, class: "reach", "data-segment": item.id }));
    line(make("line", { x1: x0, y1: item.y, x2: x, y2: y, "data-segment": item.id, class: `segment ${kind}${item.injected ? " injected" : ""}` }));
    if (item.open) return;
    const angle = (Math.atan2(item.end - item.y, x1 - x0) * 180) / Math.PI;
    at(item.end, make("path", { d: item.lost ? cross : heads[kind] ?? heads.plain, transform: `translate(${x} ${y}) rotate(${angle})`, class: `head ${kind}`, "data-segment": item.id }));
    const tilt = x1 > x0 ? angle : angle - 180;
    const lanes = columns.narrow ? (columns.narrow === item.from ? [0.68] : [0.32]) : [0.5, 0.27, 0.73];
    const at_ = (lanes[item.lane] ?? lanes[0]) * lost;
    const middle = [x0 + (x1 - x0) * at_, item.y + (item.end - item.y) * at_];
    at(item.end, make("text", { transform: `translate(${middle.join(" ")}) rotate(${tilt})`, y: -6, class: `name ${kind}`, "data-segment": item.id }, nameOf(item)));
    if (kind === "fin" && !item.lost) {
      at(item.y, make("path", { d: "M0 0v-11l8 3.2-8 3.2", transform: `translate(${x0 + (x1 > x0 ? 7 : -7)} ${item.y - 1}) scale(${x1 > x0 ? 1 : -1} 1)`, class: "flag" }));
    }
  },

  call(item, { columns, at, line, named }) {
    if (columns.narrow && columns.narrow !== item.host) return;
    const { call, side } = columns[item.host];
    const room = Math.floor((side < 0 ? call - 8 : columns.width - call - 8) / columns.character);
    const word = (y, title, ...parts) => {
      const text = make("text", { x: call, y: y + columns.base, "text-anchor": anchor(side), class: "call" }, ...parts, make("title", {}, title));
      at(y, text);
    };
    const { text: gave, documented } = item.gave === undefined ? {} : named(item.exit, item.gave);
    const title = `${item.full} = ${gave}${documented ? `: ${documented}` : ""}`;
    const result = (room) => {
      const name = documented ? gave.split(" ")[0] : gave; // its number stands in the title
      const given = make("tspan", { class: item.failed || documented ? "gave failed" : "gave" }, ` = ${shorten(name, room - (documented ? 2 : 0))}`);
      // The mark is raised, and smaller than what it marks.
      if (documented) given.append(make("tspan", { class: "mark", dy: "-0.35em" }, "Win"));
      return given;
    };
    if (item.gave !== undefined && !item.waited) {
      const given = result(documented ? room : Math.max(room - item.text.length - 3, 8));
      const left = room - given.textContent.length + (documented ? 1 : 0);
      // Winsock's names are long: rather the call without its arguments than half a name.
      const short = documented && [item.text, item.text.replace(/\(.*/, "()"), item.text.replace(/\(.*/, "")].find((text) => text.length <= left);
      return word(item.y, title, short || shorten(item.text, left), given);
    }
    word(item.y, item.full, `${shorten(item.text, room - 2)} `, make("tspan", { class: "waiting" }, "⋯"));
    const x = call + (side < 0 ? 5 : -5);
    line(make("line", { x1: x, x2: x, y1: item.y + 6, y2: item.end === undefined ? 1e5 : item.end + 6, class: "wait" }));
    if (item.gave !== undefined) {
      const name = item.text.replace(/\(.*/, "()");
      word(item.end, title, name, result(room - name.length - 3));
    }
  },

  host(item, { columns, at, words }) {
    if (columns.narrow && columns.narrow !== item.host) return;
    const { call, side } = columns[item.host];
    const text = item.what === "sysctl" ? item.sysctl : words(`host.${item.what}`);
    at(item.y, make("text", { x: call, y: item.y + columns.base, "text-anchor": anchor(side), class: "call gone" }, text));
  },

  process(item, { columns, at, words }) {
    if (columns.narrow && columns.narrow !== item.host) return;
    const { call, side } = columns[item.host];
    at(item.y, make("text", { x: call, y: item.y + columns.base, "text-anchor": anchor(side), class: "call gone" }, `${item.actor}: ${words(`process.${item.what}`)}`));
  },

  idle(item, { columns, at, words }) {
    const text = words("stage.idle", { time: duration(item.us) });
    at(item.y, make("text", { x: columns.width / 2, y: item.y + 4, class: "idle" }, text));
  },
};

/** Arrowheads, drawn for a line that comes from the left and ends at 0 0. */
const heads = {
  plain: "M0 0l-11-4.5 2.2 4.5-2.2 4.5z",
  rst: "M0 0l-9-6M0 0l-9 6M-5 0l-9-6M-5 0l-9 6",
};
const cross = "M-6-6l12 12M6-6l-12 12";

function shorten(text, room) {
  return text.length > room ? `${text.slice(0, Math.max(room - 1, 1))}…` : text;
}
