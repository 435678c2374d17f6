// The map of states: RFC 9293's diagram for each host, with the path of its connection.

import { lazy } from "../dom/lazy.js";
import { recall, remember } from "../dom/storage.js";

export class StateMap {
  #details;
  #words;
  #charts;

  /** `details` is the element that folds; its state is remembered. */
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

  /** Whether the map is in sight. */
  get isOpen() {
    return this.#details.open && Boolean(this.#charts);
  }

  /** The charts are loaded and drawn when the map is first opened. */
  #draw = lazy(async () => {
    const { StateChart } = await import("./state-chart.js");
    this.#charts = ["client", "server"].map((host) => new StateChart(host, this.#details.querySelector(".pair"), this.#words));
  });

  show({ model }) {
    if (this.isOpen) for (const chart of this.#charts) chart.show(model.hosts[chart.host]);
  }
}
