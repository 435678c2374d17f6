// What a comparison found, above both pictures: what the left did stands over the left one.

import { node } from "../dom/element.js";

export class Findings {
  #place;
  #words;

  /** `onGo` is called with the name of the finding to whose moment somebody wants to go. */
  constructor(place, words, { onGo }) {
    this.#place = place;
    this.#words = words;
    place.addEventListener("click", ({ target }) => {
      const name = target.closest("[data-finding]")?.dataset.finding;
      if (name) onGo(name);
    });
  }

  /** Tells other findings; `isComplete` where all of both runs was held against each other. */
  set(findings, isComplete) {
    const told = findings.flatMap((finding) => this.#finding(finding));
    const equal = node("p", { className: "head" }, node("b", {}, this.#words("compare.equal")), " ", this.#words("compare.equal_text"));
    this.#place.replaceChildren(...(told.length ? told : [equal]));
    if (!isComplete) this.add(this.#words("compare.incomplete"));
  }

  /** Says something more. */
  add(text) {
    this.#place.append(node("p", { className: "head more" }, text));
  }

  #finding({ name, head, text, a, b }) {
    const key = { parting: "D", outcome: "O" }[name];
    const go = node("button", { type: "button", className: "link", title: `${this.#words("compare.go")} (${key})` }, this.#words("compare.go"));
    go.dataset.finding = name;
    const told = node("p", { className: "head" }, node("b", {}, head), " ", node("span", {}, text), " ", go);
    return [told, this.#side("left", a), this.#side("right", b)];
  }

  #side(side, { who, what, why, line, none }) {
    const said = node("p", { className: `does ${side}` }, node("span", { className: "hidden" }, `${this.#words(`compare.${side}`)}: `));
    said.dataset.side = this.#words(`compare.${side}`);
    if (line) said.append(node("span", { className: "line" }, this.#words("compare.line", { line: line.number })), " ", node("code", {}, line.text), " ");
    if (what) said.append(node("span", { className: "what" }, [who, what].filter(Boolean).join(" ")));
    if (why) said.append(" ", node("span", { className: "why" }, why));
    if (none) said.append(node("span", { className: "why" }, none));
    return said;
  }
}
