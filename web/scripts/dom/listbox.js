// A list of options under a text field. The focus stays in the field, which names the chosen option: ARIA's pattern for
// combo boxes.

import { element } from "./element.js";

export class Listbox {
  #list;
  #field;
  #active = -1;

  /** `onPick` is called with the index of an option that was clicked. */
  constructor(list, field, { onPick }) {
    this.#list = list;
    this.#field = field;
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the field
    list.addEventListener("click", ({ target }) => {
      const option = target.closest("[role=option]");
      if (option) onPick([...list.children].indexOf(option));
    });
  }

  get isOpen() {
    return !this.#list.hidden;
  }

  /** The index of the chosen option; -1 for none. */
  get active() {
    return this.#active;
  }

  /** Shows options, each as the children of its element. */
  show(options) {
    const items = options.map((children, index) => element("li", { role: "option", id: `${this.#list.id}-${index}`, ariaSelected: "false" }, ...children));
    this.#list.replaceChildren(...items);
    this.#turn(true);
  }

  hide() {
    if (!this.isOpen) return;
    this.#list.replaceChildren();
    this.#turn(false);
  }

  #turn(isOpen) {
    this.#list.hidden = !isOpen;
    this.#field.setAttribute("aria-controls", this.#list.id);
    if (this.#field.role === "combobox") this.#field.setAttribute("aria-expanded", isOpen);
    this.choose(-1);
  }

  /** Chooses the next or the last option, in a circle. */
  step(by) {
    const count = this.#list.children.length;
    this.choose(by > 0 ? (this.#active + 1) % count : (Math.max(this.#active, 0) + count - 1) % count);
  }

  /** Chooses an option by its index; -1 for none. */
  choose(index) {
    this.#list.children[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = index;
    const option = this.#list.children[index];
    if (!option) return this.#field.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.#field.setAttribute("aria-activedescendant", option.id);
  }
}
