// The bar below: run, play, step, scrub. Says what was asked for; shows where the playhead is.

import { duration } from "./model.js";

export class Transport {
  #bar;
  #scrub;
  #ticks;
  #words;

  /** `act` is called with what was asked for, and its value if it has one. */
  constructor(bar, { words, act }) {
    this.#bar = bar;
    this.#words = words;
    this.#scrub = bar.querySelector("#scrub");
    this.#ticks = bar.querySelector(".ticks");
    for (const button of bar.querySelectorAll("[data-act]")) {
      button.addEventListener("click", () => act(button.dataset.act));
    }
    this.#scrub.addEventListener("input", () => act("seek", this.#scrub.value / this.#scrub.max));
  }

  get pace() {
    return this.#bar.querySelector("#pace").value;
  }

  get speed() {
    return Number(this.#bar.querySelector("#speed").value);
  }

  show({ player, layout, model, running }) {
    const run = this.#bar.querySelector(".primary");
    run.dataset.act = running ? "stop" : "run";
    run.textContent = this.#words(running ? "stage.stop" : "stage.run");
    const part = layout.end ? player.y / layout.end : 0;
    this.#scrub.value = Math.round(Math.min(part, 1) * this.#scrub.max);
    this.#scrub.style.setProperty("--part", Math.min(part, 1));
    this.#scrub.setAttribute("aria-valuetext", duration(model.t));
    this.#bar.querySelector(".clock").textContent = duration(model.t);
    const moving = player.playing || player.following;
    const button = this.#bar.querySelector("[data-act=play]");
    button.setAttribute("aria-pressed", moving);
    button.setAttribute("aria-label", this.#words(moving ? "transport.pause" : "transport.play"));
    const ticks = layout.changes.map((y) => `<line x1="${(y / layout.end) * 100}%" x2="${(y / layout.end) * 100}%" y1="0" y2="100%"/>`).join("");
    if (this.#ticks.dataset.drawn !== ticks) {
      this.#ticks.dataset.drawn = ticks;
      this.#ticks.innerHTML = ticks;
    }
  }
}
