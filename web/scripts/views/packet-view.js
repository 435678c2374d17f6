// A packet's header as a tree and as bytes; a pointed field marks its bytes, and a byte its fields.

import { element } from "../dom/element.js";
import { fieldsAt } from "../model/packet.js";

/** The fields that are open at first. */
const OPEN = ["tcp", "options"];
const PER_ROW = 8;

export class PacketView {
  element = element("div", { className: "dissection" });
  #words;
  #tree = element("ul", { className: "fields", role: "tree" });
  #bytes = element("div", { className: "dump", role: "grid" });
  #pointedText = element("p", { className: "pointed" });
  #open = new Set(OPEN);
  #shown;
  #fields = [];
  /** Each field's row, and each byte's cell. */
  #rows = new Map();
  #cells = [];
  /** The path of the keyboard's field, which stays from segment to segment. */
  #at = "tcp";

  constructor(words) {
    this.#words = words;
    this.#tree.setAttribute("aria-label", words("inspector.fields"));
    this.#bytes.setAttribute("aria-label", words("inspector.bytes"));
    this.element.append(this.#tree, element("div", { className: "below" }, this.#pointedText, this.#bytes));
    this.#listen();
  }

  /** Shows a packet; `read` returns its fields. */
  show(id, bytes, read) {
    const fields = read(bytes);
    const shown = JSON.stringify([id, fields]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#fields = fields;
    const focused = [this.#tree, this.#bytes].find((part) => part.contains(document.activeElement));
    this.#rows.clear();
    this.#tree.replaceChildren(...fields.map((field) => this.#row(field, "", 1)));
    this.#cells = [...bytes].map(cell);
    this.#cells[0].tabIndex = 0;
    this.#bytes.replaceChildren(...rows(this.#cells, bytes));
    for (const [field, row] of this.#rows) if (row.dataset.path === this.#at) this.#stand(field);
    if (![...this.#rows.values()].some((row) => row.tabIndex === 0)) this.#stand(fields[0]);
    this.#point();
    focused?.querySelector("[tabindex='0']")?.focus();
  }

  #row(field, above, level) {
    const path = `${above}${field.key}`;
    const [name, gloss] = this.#words(`field.${field.key}`).split(" · ");
    const note = field.note ? this.#words(`packet.${field.note.key}`, { n: field.note.n }) : "";
    const line = element("span", { className: "line" }, element("span", { className: "name" }, name, gloss ? element("i", {}, ` ${gloss}`) : ""), element("span", { className: "value" }, field.value, note ? element("i", { className: `said ${field.note.key}` }, `${field.value ? " " : ""}${note}`) : ""));
    const row = element("li", { role: "treeitem", tabIndex: -1, "aria-level": level, title: about(field) }, line);
    row.dataset.path = path;
    if (field.key !== "tcp" && field.value === "0" && level > 2) row.classList.add("unset");
    this.#rows.set(field, row);
    if (!field.children) return row;
    const group = element("ul", { role: "group" }, ...field.children.map((child, index) => this.#row(child, `${path} ${field.key === "options" ? index : ""}`, level + 1)));
    row.append(group);
    this.#fold(row, this.#open.has(field.key));
    return row;
  }

  #fold(row, open) {
    row.setAttribute("aria-expanded", open);
    const key = row.dataset.path.split(" ").at(-1).replace(/^\d+/, "");
    if (open) this.#open.add(key);
    else this.#open.delete(key);
  }

  #listen() {
    const fieldOf = (target) => [...this.#rows].find(([, row]) => row === target.closest("[role=treeitem]"))?.[0];
    const byteOf = (target) => this.#cells.indexOf(target.closest("[role=gridcell]"));
    for (const kind of ["pointerover", "focusin"]) {
      this.#tree.addEventListener(kind, ({ target }) => this.#point([fieldOf(target)].filter(Boolean)));
      this.#bytes.addEventListener(kind, ({ target }) => byteOf(target) >= 0 && this.#point(fieldsAt(this.#fields, byteOf(target)), byteOf(target)));
    }
    for (const part of [this.#tree, this.#bytes]) {
      part.addEventListener("pointerleave", () => this.#point(part.contains(document.activeElement) ? this.#pointed() : []));
      part.addEventListener("focusout", ({ relatedTarget }) => part.contains(relatedTarget) || this.#point());
    }
    this.#tree.addEventListener("click", ({ target }) => {
      const field = fieldOf(target);
      if (!field) return;
      const row = this.#rows.get(field);
      if (field.children) this.#fold(row, row.getAttribute("aria-expanded") !== "true");
      this.#go(field);
    });
    this.#tree.addEventListener("keydown", (event) => this.#key(event, this.#climb(event.key, fieldOf(event.target))));
    this.#bytes.addEventListener("click", ({ target }) => byteOf(target) >= 0 && this.#reach(byteOf(target)));
    this.#bytes.addEventListener("keydown", (event) => {
      const at = byteOf(event.target);
      const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -PER_ROW, ArrowDown: PER_ROW, Home: -at, End: this.#cells.length - 1 - at }[event.key];
      if (event.key === "Enter") return this.#key(event, () => this.#reach(at));
      this.#key(event, step === undefined ? null : () => this.#enter(this.#cells[at + step]));
    });
  }

  /** Handles a key and keeps it from the rest of the page. */
  #key(event, act) {
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /** The action of a key in the tree. */
  #climb(key, field) {
    const row = this.#rows.get(field);
    const open = row.getAttribute("aria-expanded");
    const visible = [...this.#rows.keys()].filter((other) => this.#visible(other));
    const at = visible.indexOf(field);
    const parent = [...this.#rows.keys()].find((other) => other.children?.includes(field));
    const to = (other) => () => other && this.#go(other);
    const acts = {
      ArrowDown: to(visible[at + 1]),
      ArrowUp: to(visible[at - 1]),
      Home: to(visible[0]),
      End: to(visible.at(-1)),
      ArrowRight: open === "false" ? () => this.#fold(row, true) : to(field.children?.[0]),
      ArrowLeft: open === "true" ? () => this.#fold(row, false) : to(parent),
      Enter: () => open && this.#fold(row, open === "false"),
      " ": () => open && this.#fold(row, open === "false"),
    };
    return acts[key];
  }

  /** Whether no field around a field is folded. */
  #visible(field) {
    return !this.#rows.get(field).parentElement.closest("[aria-expanded=false]");
  }

  /** Makes a field the keyboard's. */
  #stand(field) {
    for (const row of this.#rows.values()) row.tabIndex = -1;
    const row = this.#rows.get(field);
    row.tabIndex = 0;
    this.#at = row.dataset.path;
  }

  #go(field) {
    this.#stand(field);
    const row = this.#rows.get(field);
    row.focus({ preventScroll: true });
    row.firstElementChild.scrollIntoView({ block: "nearest" });
  }

  #enter(cell) {
    if (!cell) return;
    for (const other of this.#cells) other.tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus();
  }

  /** Shows the row of a byte's field. */
  #reach(byte) {
    this.#enter(this.#cells[byte]);
    const [field] = fieldsAt(this.#fields, byte);
    for (let row = this.#rows.get(field); row; row = row.parentElement.closest("[role=treeitem]")) {
      if (row !== this.#rows.get(field)) this.#fold(row, true);
    }
    this.#rows.get(field).firstElementChild.scrollIntoView({ block: "nearest" });
    this.#point(fieldsAt(this.#fields, byte), byte);
  }

  /** The keyboard's fields. */
  #pointed() {
    const row = document.activeElement.closest("[role=treeitem]");
    const byte = this.#cells.indexOf(document.activeElement);
    return row ? [...this.#rows].filter(([, other]) => other === row).map(([field]) => field) : fieldsAt(this.#fields, byte);
  }

  /** Marks fields and their bytes; for a folded field, the field around it. */
  #point(fields = [], byte = undefined) {
    const [first] = fields;
    const shown = (field) => {
      let row = this.#rows.get(field);
      for (let folded; (folded = row.parentElement.closest("[aria-expanded=false]"));) row = folded;
      return row;
    };
    const rows = fields.map(shown);
    for (const row of this.#rows.values()) row.classList.toggle("marked", rows.includes(row));
    const inside = (index) => fields.some(({ start, end }) => start <= index && index < end);
    this.#cells.forEach((cell, index) => cell.classList.toggle("marked", inside(index)));
    if (first && byte === undefined) reveal(this.#bytes, this.#cells[first.start]);
    const names = fields.map((field) => this.#words(`field.${field.key}`).split(" · ")[0]);
    const flags = fields.length > 2 ? [this.#words("field.flags").split(" · ")[0]] : names;
    this.#pointedText.textContent = first ? [range(first), flags.join(", "), first.section].filter(Boolean).join(" · ") : this.#words("inspector.hint");
  }
}

/** The offsets of a field's bytes, as beside the bytes. */
function range({ start, end }) {
  const offset = (byte) => byte.toString(16).padStart(3, "0");
  return end - start === 1 ? offset(start) : `${offset(start)}–${offset(end - 1)}`;
}

/** The mask of a field's bits, if any, and the section that defines it. */
const about = ({ bits, section }) => [bits && `& ${bits}`, section].filter(Boolean).join(" · ");

/** Scrolls a box alone until a cell in it is in sight. */
function reveal(box, cell) {
  const [outer, inner] = [box.getBoundingClientRect(), cell.getBoundingClientRect()];
  if (inner.top < outer.top) box.scrollTop -= outer.top - inner.top;
  if (inner.bottom > outer.bottom) box.scrollTop += inner.bottom - outer.bottom;
}

function cell(byte) {
  return element("span", { role: "gridcell", tabIndex: -1 }, byte.toString(16).padStart(2, "0"));
}

/** Rows of eight bytes: the offset, the bytes, and their text. */
function rows(cells, bytes) {
  const readable = (byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·");
  return Array.from({ length: Math.ceil(cells.length / PER_ROW) }, (_, index) => {
    const [from, to] = [index * PER_ROW, (index + 1) * PER_ROW];
    const offset = element("span", { className: "offset", "aria-hidden": "true" }, from.toString(16).padStart(3, "0"));
    const text = element("span", { className: "text", "aria-hidden": "true" }, [...bytes.subarray(from, to)].map(readable).join("").padEnd(PER_ROW));
    return element("div", { role: "row" }, offset, ...cells.slice(from, to), text);
  });
}
