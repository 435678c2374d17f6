// The card of a question: asks, waits, and shows the run's answer.

import { element } from "../dom/element.js";
import { markup } from "../dom/markup.js";

export class QuestionCard {
  #element;
  #words;
  #acts;
  /** The element that had the focus before the question. */
  #before = null;

  constructor(element, words, acts) {
    this.#element = element;
    this.#words = words;
    this.#acts = acts;
  }

  /** Moves the focus to the question, so that a screen reader reads it. */
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
      element("button", { type: "button", value: choice.value }, element("kbd", { ariaHidden: true }, index + 1), this.#choice(question, choice)),
    );
    choices.forEach((button) => button.addEventListener("click", () => this.#acts.onChoose(button.value)));
    const link = (text, act) => {
      const button = element("button", { type: "button", className: "link" }, text);
      button.addEventListener("click", act);
      return button;
    };
    const group = element("fieldset", { tabIndex: -1 }, withMarkup(element("legend"), question.ask), element("div", { className: "choices" }, ...choices));
    const skip = link(this.#words("questions.skip"), this.#acts.onSkip);
    const off = link(this.#words("questions.off"), this.#acts.onOff);
    this.#put("asked", group, element("p", { className: "ways" }, skip, off));
    this.focus();
  }

  answered({ question, chosen }) {
    const text = element("p", { className: "answer" }, `${this.#words("questions.chosen")} `, this.#choice(question, of(question, chosen)));
    this.#put("answered", text);
  }

  told({ question, chosen, found }) {
    const right = chosen === found;
    const [kind, rest] = question.about.split(/ (?:of )?(.*)/);
    const shape = ["blocked", "nobody"].includes(found) ? found : kind;
    const verdict = element("p", { className: `verdict ${right ? "right" : "wrong"}` });
    const shows = withMarkup(element("span"), this.#words(`question.${shape}`, { host: rest, flags: rest?.replaceAll(",", ", "), value: found }));
    verdict.append(element("b", {}, this.#words(right ? "questions.right" : "questions.wrong")), " ", shows);
    const whys = element("dl", {});
    for (const value of new Set([chosen, found])) {
      const choice = of(question, value);
      if (!choice) continue; // an answer that is no choice
      const yours = value === chosen && !right ? [element("small", {}, this.#words("questions.yours"))] : [];
      whys.append(element("dt", {}, this.#choice(question, choice), ...yours), withMarkup(element("dd"), choice.why));
    }
    const go = element("button", { type: "button", className: "primary" }, this.#words("questions.continue"));
    go.addEventListener("click", this.#acts.onContinue);
    const text = element("div", { className: "told", id: "told" }, verdict, whys);
    go.setAttribute("aria-describedby", text.id);
    this.#put("told", text, go);
    this.focus();
  }

  #put(phase, ...children) {
    const { activeElement } = document;
    if (this.#element.hidden) this.#before = activeElement;
    // The card takes the focus of a replaced element, or a screen reader would begin at the top of the page.
    const held = this.#element.contains(activeElement);
    this.#element.hidden = false;
    this.#element.dataset.phase = phase;
    this.#element.replaceChildren(...children);
    this.#element.scrollTop = 0;
    if (held) this.#element.focus({ preventScroll: true });
  }

  /** The text of a choice: a sentence, or a name in code. */
  #choice({ about }, { value, text }) {
    if (text) return element("span", {}, text);
    const code = element("code", {}, value);
    if (about.startsWith("state ")) code.dataset.state = value;
    return code;
  }
}

const of = (question, value) => question.choices.find((choice) => choice.value === value);

function withMarkup(parent, text) {
  markup(parent, text);
  return parent;
}
