// The card of a question: asks, waits, and tells what the run answered.

import { node } from "../dom/element.js";
import { markup } from "../dom/markup.js";

export class Card {
  #element;
  #words;
  #acts;
  /** Where the focus was before the question took it. */
  #before = null;

  constructor(element, words, acts) {
    this.#element = element;
    this.#words = words;
    this.#acts = acts;
  }

  /** The focus goes to the question, so that whoever listens hears it. */
  focus() {
    this.#element.querySelector("fieldset, .primary")?.focus({ preventScroll: true });
    this.#element.scrollIntoView({ block: "nearest" });
  }

  none() {
    if (this.#element.hidden) return;
    const held = this.#element.contains(document.activeElement) || document.activeElement === document.body;
    this.#element.hidden = true;
    this.#element.replaceChildren();
    if (held) (this.#before?.isConnected ? this.#before : document.querySelector(".ladder")).focus({ preventScroll: true });
    this.#before = null;
  }

  asked({ question }) {
    const choices = question.choices.map((choice, index) =>
      node("button", { type: "button", value: choice.value }, node("kbd", { ariaHidden: true }, index + 1), this.#choice(question, choice)),
    );
    choices.forEach((button) => button.addEventListener("click", () => this.#acts.onChoose(button.value)));
    const link = (text, act) => {
      const button = node("button", { type: "button", className: "link" }, text);
      button.addEventListener("click", act);
      return button;
    };
    const group = node("fieldset", { tabIndex: -1 }, say(node("legend"), question.ask), node("div", { className: "choices" }, ...choices));
    const skip = link(this.#words("questions.skip"), this.#acts.onSkip);
    const off = link(this.#words("questions.off"), this.#acts.onOff);
    this.#put("asked", group, node("p", { className: "ways" }, skip, off));
    this.focus();
  }

  answered({ question, chosen }) {
    const text = node("p", { className: "answer" }, `${this.#words("questions.chosen")} `, this.#choice(question, of(question, chosen)));
    this.#put("answered", text);
  }

  told({ question, chosen, found }) {
    const right = chosen === found;
    const [kind, rest] = question.about.split(/ (?:of )?(.*)/);
    const shape = ["blocked", "nobody"].includes(found) ? found : kind;
    const verdict = node("p", { className: `verdict ${right ? "right" : "wrong"}` });
    const shows = say(node("span"), this.#words(`question.${shape}`, { host: rest, flags: rest?.replaceAll(",", ", "), value: found }));
    verdict.append(node("b", {}, this.#words(right ? "questions.right" : "questions.wrong")), " ", shows);
    const whys = node("dl", {});
    for (const value of new Set([chosen, found])) {
      const choice = of(question, value);
      if (!choice) continue; // a kernel that does as nobody thought
      const yours = value === chosen && !right ? [node("small", {}, this.#words("questions.yours"))] : [];
      whys.append(node("dt", {}, this.#choice(question, choice), ...yours), say(node("dd"), choice.why));
    }
    const go = node("button", { type: "button", className: "primary" }, this.#words("questions.continue"));
    go.addEventListener("click", this.#acts.onContinue);
    const text = node("div", { className: "told", id: "told" }, verdict, whys);
    go.setAttribute("aria-describedby", text.id);
    this.#put("told", text, go);
    this.focus();
  }

  #put(phase, ...nodes) {
    const { activeElement } = document;
    if (this.#element.hidden) this.#before = activeElement;
    // What is replaced had the focus: it waits at the card, or a screen reader would begin at the top of the page.
    const held = this.#element.contains(activeElement);
    this.#element.hidden = false;
    this.#element.dataset.phase = phase;
    this.#element.replaceChildren(...nodes);
    this.#element.scrollTop = 0;
    if (held) this.#element.focus({ preventScroll: true });
  }

  /** What a choice is called: a machine's word, or a sentence about it. */
  #choice({ about }, { value, text }) {
    if (text) return node("span", {}, text);
    const code = node("code", {}, value);
    if (about.startsWith("state ")) code.dataset.state = value;
    return code;
  }
}

const of = (question, value) => question.choices.find((choice) => choice.value === value);

function say(element, text) {
  markup(element, text);
  return element;
}
