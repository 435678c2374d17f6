// The numbers beside the lines, and a mark where something is wrong.

import { element } from "../dom/element.js";

export class Gutter {
  #place;
  #tip;
  #onPick;
  #tell;

  /** `tell` puts a mistake into words; `onPick` is called with the mistake whose mark was pressed. */
  constructor(place, tip, { tell, onPick }) {
    this.#place = place;
    this.#tip = tip;
    this.#tell = tell;
    this.#onPick = onPick;
    for (const [event, act] of Object.entries({ pointerover: this.#show, focusin: this.#show, pointerout: this.#hide, focusout: this.#hide })) {
      place.addEventListener(event, act.bind(this));
    }
  }

  /** Numbers so many lines, and marks mistakes, the first of each line. */
  show(lines, mistakes) {
    const first = new Map(mistakes.toReversed().map((mistake) => [mistake.line, mistake]));
    while (this.#place.childElementCount > lines) this.#place.lastElementChild.remove();
    for (let line = this.#place.childElementCount + 1; line <= lines; line += 1) this.#place.append(element("span", {}, String(line)));
    for (const mark of this.#place.querySelectorAll("button")) {
      const line = Number(mark.textContent);
      if (!first.has(line)) mark.replaceWith(element("span", {}, String(line)));
    }
    for (const [line, mistake] of first) {
      const shown = this.#place.children[line - 1];
      if (shown) this.#mark(shown, mistake);
    }
    if (!this.#place.querySelector("button:is(:hover, :focus)")) this.#tip.hidden = true;
  }

  #mark(shown, mistake) {
    const text = this.#tell(mistake);
    if (shown.mistake === text) return;
    const mark = element("button", { type: "button", ariaLabel: text }, String(mistake.line));
    mark.mistake = text;
    mark.addEventListener("click", () => this.#onPick(mistake));
    shown.replaceWith(mark);
  }

  #show({ target }) {
    const mark = target.closest("button");
    if (!mark) return;
    this.#tip.textContent = mark.ariaLabel;
    const { left, bottom } = mark.getBoundingClientRect();
    this.#tip.style.left = `${left}px`;
    this.#tip.style.top = `${bottom}px`;
    this.#tip.hidden = false;
  }

  #hide() {
    this.#tip.hidden = true;
  }
}
