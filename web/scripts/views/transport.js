// The bar below: run, play, step, scrub. Says what was asked for; shows where the playhead is.

import { duration } from "../model/model.js";

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

  /** Whether a run goes on, which can be stopped before there is another one. */
  set running(running) {
    const button = this.#bar.querySelector(".primary");
    if (!["run", "stop"].includes(button?.dataset.act)) return;
    button.dataset.act = running ? "stop" : "run";
    button.textContent = this.#words(running ? "stage.stop" : "stage.run");
  }

  /** `clock` says the time where that is not simply the model's. */
  show({ player, layout, model, running, veil, clock = duration(model.t) }) {
    this.running = running;
    const part = layout.end ? player.y / layout.end : 0;
    if (!this.#scrub.matches(":active")) this.#scrub.value = Math.round(Math.min(part, 1) * this.#scrub.max);
    this.#scrub.style.setProperty("--part", Math.min(part, 1));
    this.#scrub.setAttribute("aria-valuetext", clock);
    this.#bar.querySelector(".clock").textContent = clock;
    const moving = player.playing || player.following;
    const button = this.#bar.querySelector("[data-act=play]");
    button.dataset.playing = moving;
    button.setAttribute("aria-label", this.#words(moving ? "transport.pause" : "transport.play"));
    // What was played is no secret, nor is what comes before the next question.
    const told = layout.changes.filter((y) => y <= Math.max(veil.y, player.y));
    const drawn = `${told.length} ${layout.end}`;
    if (this.#ticks.dataset.drawn === drawn) return;
    this.#ticks.dataset.drawn = drawn;
    const places = told.map((y) => `${(y / layout.end) * 100}%`);
    this.#ticks.innerHTML = places.map((x) => `<line x1="${x}" x2="${x}" y1="0" y2="100%"/>`).join("");
  }
}
