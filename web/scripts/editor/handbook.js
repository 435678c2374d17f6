// What is at hand beside the editor: scripts to start from, and the language in short. Both are fetched when asked for.

import { element } from "../dom/element.js";
import { markup } from "../dom/markup.js";
import { handbook } from "../net/script-api.js";

export class Handbook {
  #examples;
  #language;
  #onPick;
  #fetched;
  #words;

  /** `onPick` is called with the example that somebody chooses: its title and its script. */
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
      for (const place of [this.#examples.querySelector(".found"), this.#language.querySelector(".lines")]) place.textContent = this.#words("error.server");
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

  /** Leaves those examples that have what is looked for, in the title or in the script. */
  #find() {
    const wanted = this.#search.value.trim().toLowerCase();
    for (const chapter of this.#examples.querySelectorAll(".found section")) {
      const items = [...chapter.querySelectorAll("li")];
      for (const item of items) item.hidden = !item.dataset.text.includes(wanted);
      chapter.hidden = items.every((item) => item.hidden);
    }
  }
}

/** A table of lines and what they do. */
function group({ name, rows }) {
  const lines = rows.map(({ line, does }) => {
    const what = element("td");
    markup(what, does);
    return element("tr", {}, element("th", { scope: "row" }, element("code", {}, line)), what);
  });
  return element("table", {}, element("caption", {}, name), element("tbody", {}, ...lines));
}
