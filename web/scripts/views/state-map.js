// The map of states: RFC 9293's diagram for each host, and the way that its connection has gone on it.

import { later } from "../dom/lazy.js";
import { recall, remember } from "../dom/storage.js";

export class StateMap {
  #details;
  #words;
  #charts;

  /** `details` is what folds away; whether it is open is remembered. */
  constructor(details, words) {
    this.#details = details;
    this.#words = words;
    details.addEventListener("toggle", () => {
      remember("map", details.open ? "open" : "folded");
      if (details.open) this.#draw();
    });
    details.open = recall("map") === "open";
  }

  toggle() {
    this.#details.open = !this.#details.open;
  }

  /** Whether it can be seen. */
  get isOpen() {
    return this.#details.open && Boolean(this.#charts);
  }

  /** Nobody waits for what is folded: it is drawn when it is first opened. */
  #draw = later(async () => {
    const { Chart } = await import("./state-chart.js");
    this.#charts = ["client", "server"].map((host) => new Chart(host, this.#details.querySelector(".pair"), this.#words));
  });

  show({ model }) {
    if (this.isOpen) for (const chart of this.#charts) chart.show(model.hosts[chart.host]);
  }
}
