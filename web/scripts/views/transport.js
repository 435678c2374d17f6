// The bar below the picture: run, play, step, scrub. Reports actions, and shows the playhead.

import { duration } from "../model/model.js";

export class Transport {
  #bar;
  #scrub;
  #ticks;
  #words;

  /** `act` is called with the name of an action and its value, if it has one. */
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

  /** Whether a run goes on: then Run becomes Stop. */
  set running(running) {
    const button = this.#bar.querySelector(".primary");
    if (!["run", "stop"].includes(button?.dataset.act)) return;
    button.dataset.act = running ? "stop" : "run";
    button.textContent = this.#words(running ? "stage.stop" : "stage.run");
  }

  /** `clock` is the text of the time, unless it is the model's. */
  show({ playhead, layout, model, running, hiddenFrom, clock = duration(model.t) }) {
    this.running = running;
    const part = layout.end ? playhead.y / layout.end : 0;
    if (!this.#scrub.matches(":active")) this.#scrub.value = Math.round(Math.min(part, 1) * this.#scrub.max);
    this.#scrub.style.setProperty("--part", Math.min(part, 1));
    this.#scrub.setAttribute("aria-valuetext", clock);
    this.#bar.querySelector(".clock").textContent = clock;
    const moving = playhead.playing || playhead.following;
    const button = this.#bar.querySelector("[data-act=play]");
    button.dataset.playing = moving;
    button.setAttribute("aria-label", this.#words(moving ? "transport.pause" : "transport.play"));
    // Changes up to the playhead or the next question are shown.
    const shown = layout.changes.filter((y) => y <= Math.max(hiddenFrom.y, playhead.y));
    const drawn = `${shown.length} ${layout.end}`;
    if (this.#ticks.dataset.drawn === drawn) return;
    this.#ticks.dataset.drawn = drawn;
    const offsets = shown.map((y) => `${(y / layout.end) * 100}%`);
    this.#ticks.innerHTML = offsets.map((x) => `<line x1="${x}" x2="${x}" y1="0" y2="100%"/>`).join("");
  }
}
