// The numbers beside the lines, and marks at mistakes.

import { element } from "../dom/element.js";

export class Gutter {
  #root;
  #tip;
  #onPick;
  #wording;

  /** `wording` puts a mistake into words; `onPick` is called with the mistake of a clicked mark. */
  constructor(root, tip, { wording, onPick }) {
    this.#root = root;
    this.#tip = tip;
    this.#wording = wording;
    this.#onPick = onPick;
    for (const [event, act] of Object.entries({ pointerover: this.#show, focusin: this.#show, pointerout: this.#hide, focusout: this.#hide })) {
      root.addEventListener(event, act.bind(this));
    }
  }

  /** Shows the numbers of so many lines, and marks the first mistake of each line. */
  show(lines, mistakes) {
    const first = new Map(mistakes.toReversed().map((mistake) => [mistake.line, mistake]));
    while (this.#root.childElementCount > lines) this.#root.lastElementChild.remove();
    for (let line = this.#root.childElementCount + 1; line <= lines; line += 1) this.#root.append(element("span", {}, String(line)));
    for (const mark of this.#root.querySelectorAll("button")) {
      const line = Number(mark.textContent);
      if (!first.has(line)) mark.replaceWith(element("span", {}, String(line)));
    }
    for (const [line, mistake] of first) {
      const shown = this.#root.children[line - 1];
      if (shown) this.#mark(shown, mistake);
    }
    if (!this.#root.querySelector("button:is(:hover, :focus)")) this.#tip.hidden = true;
  }

  #mark(shown, mistake) {
    const text = this.#wording(mistake);
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
