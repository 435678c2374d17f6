// How many questions were answered rightly: kept in this browser alone, the latest answer to each question.

import { recall, remember } from "../dom/storage.js";

const KEY = "score";

export class Score {
  #scenario;
  #all;

  constructor(scenario) {
    this.#scenario = scenario;
    try {
      this.#all = JSON.parse(recall(KEY)) ?? {};
    } catch {
      this.#all = {}; // somebody else's text
    }
  }

  get #own() {
    return this.#all[this.#scenario] ?? {};
  }

  /** Of how many questions of this scenario, how many were answered rightly. */
  get count() {
    const answers = Object.values(this.#own);
    return { right: answers.filter(Boolean).length, all: answers.length };
  }

  add(question, right) {
    this.#keep({ ...this.#own, [question]: right });
  }

  clear() {
    this.#keep(undefined);
  }

  #keep(own) {
    this.#all = { ...this.#all, [this.#scenario]: own };
    remember(KEY, JSON.stringify(this.#all));
  }
}
