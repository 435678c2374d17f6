// The score: whether the latest answer to each question was right, kept in this browser alone.

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
      this.#all = {}; // not our JSON
    }
  }

  get #own() {
    return this.#all[this.#scenario] ?? {};
  }

  /** The number of answered questions of this scenario, and of right answers. */
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
