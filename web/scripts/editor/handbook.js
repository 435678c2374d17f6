// The handbook beside the editor: examples, and an overview of the language. Both are fetched at their first use.

import { element } from "../dom/element.js";
import { markup } from "../dom/markup.js";
import { handbook } from "../net/script-api.js";

export class Handbook {
  #examples;
  #language;
  #onPick;
  #fetched;
  #words;

  /** `onPick` is called with the chosen example: its title and its script. */
  constructor(form, { words, onPick }) {
    this.#words = words;
    this.#onPick = onPick;
    this.#examples = form.querySelector(".examples");
    this.#language = form.querySelector(".language");
    for (const part of [this.#examples, this.#language]) part.addEventListener("toggle", () => part.open && this.#fetch());
    this.#search.addEventListener("input", () => this.#find());
  }

  get #search() {
    return this.#examples.querySelector("[type=search]");
  }

  async #fetch() {
    if (this.#fetched) return;
    this.#fetched = true;
    try {
      const { chapters, language } = await handbook();
      this.#examples.querySelector(".found").replaceChildren(...chapters.map((chapter) => this.#chapter(chapter)));
      this.#language.querySelector(".lines").replaceChildren(...language.map(group));
      this.#find();
    } catch {
      this.#fetched = false;
      for (const box of [this.#examples.querySelector(".found"), this.#language.querySelector(".lines")]) box.textContent = this.#words("error.server");
    }
  }

  #chapter({ name, examples }) {
    const items = examples.map((example) => {
      const button = element("button", { type: "button" }, example.title);
      button.addEventListener("click", () => {
        this.#examples.open = false;
        this.#onPick(example);
      });
      const item = element("li", {}, button);
      item.dataset.text = `${example.title}\n${example.script}`.toLowerCase();
      return item;
    });
    return element("section", {}, element("h3", {}, name), element("ul", {}, ...items));
  }

  /** Shows the examples that have the searched text in the title or in the script. */
  #find() {
    const query = this.#search.value.trim().toLowerCase();
    for (const chapter of this.#examples.querySelectorAll(".found section")) {
      const items = [...chapter.querySelectorAll("li")];
      for (const item of items) item.hidden = !item.dataset.text.includes(query);
      chapter.hidden = items.every((item) => item.hidden);
    }
  }
}

/** A table of lines and their meanings. */
function group({ name, rows }) {
  const lines = rows.map(({ line, does }) => {
    const what = element("td");
    markup(what, does);
    return element("tr", {}, element("th", { scope: "row" }, element("code", {}, line)), what);
  });
  return element("table", {}, element("caption", {}, name), element("tbody", {}, ...lines));
}
