// The findings of a comparison, above both pictures: the left run's statement stands over the left picture.

import { element } from "../dom/element.js";

export class Findings {
  #root;
  #words;

  /** `onGo` is called with the name of the finding that the visitor wants to see. */
  constructor(root, words, { onGo }) {
    this.#root = root;
    this.#words = words;
    root.addEventListener("click", ({ target }) => {
      const name = target.closest("[data-finding]")?.dataset.finding;
      if (name) onGo(name);
    });
  }

  /** Shows findings; `isComplete` says whether all entries of both runs were compared. */
  set(findings, isComplete) {
    const shown = findings.flatMap((finding) => this.#finding(finding));
    const equal = element("p", { className: "head" }, element("b", {}, this.#words("compare.equal")), " ", this.#words("compare.equal_text"));
    this.#root.replaceChildren(...(shown.length ? shown : [equal]));
    if (!isComplete) this.add(this.#words("compare.incomplete"));
  }

  /** Adds a sentence. */
  add(text) {
    this.#root.append(element("p", { className: "head more" }, text));
  }

  #finding({ name, head, text, a, b }) {
    const key = { parting: "D", outcome: "O" }[name];
    const go = element("button", { type: "button", className: "link", title: `${this.#words("compare.go")} (${key})` }, this.#words("compare.go"));
    go.dataset.finding = name;
    const heading = element("p", { className: "head" }, element("b", {}, head), " ", element("span", {}, text), " ", go);
    return [heading, this.#side("left", a), this.#side("right", b)];
  }

  #side(side, { who, what, why, line, none }) {
    const said = element("p", { className: `does ${side}` }, element("span", { className: "hidden" }, `${this.#words(`compare.${side}`)}: `));
    said.dataset.side = this.#words(`compare.${side}`);
    if (line) said.append(element("span", { className: "line" }, this.#words("compare.line", { line: line.number })), " ", element("code", {}, line.text), " ");
    if (what) said.append(element("span", { className: "what" }, [who, what].filter(Boolean).join(" ")));
    if (why) said.append(" ", element("span", { className: "why" }, why));
    if (none) said.append(element("span", { className: "why" }, none));
    return said;
  }
}
