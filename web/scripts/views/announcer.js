// Announces events in a live region for screen readers: states, results, failed checks, the end.

import { shown } from "../model/model.js";

/** The least time between two announcements, in ms. */
const PAUSE = 1000;
/** The most rows of one announcement. */
const MAX_ROWS = 4;
/** A jump over more rows announces the states there instead. */
const JUMP = 30;

export class Announcer {
  #region;
  #words;
  #narration;
  #count = 0;
  #waiting = [];
  #timer;

  /** `region` is the page's live region. */
  constructor(region, words) {
    this.#region = region;
    this.#words = words;
  }

  show({ narration, layout, playhead, model }) {
    if (narration !== this.#narration) [this.#narration, this.#count] = [narration, 0];
    const [before, now] = [this.#count, narration.count(layout.count(playhead.y))];
    if (now === before) return;
    this.#count = now;
    if (now < before || now - before > JUMP) {
      const states = ["client", "server"].map((host) => `${host}: ${shown(model.hosts[host])?.state ?? "CLOSED"}`);
      this.#waiting = states.map((text) => ({ text, weighs: true }));
    } else {
      this.#waiting.push(...narration.rows.slice(before, now).filter(isNews).map(news));
    }
    if (!this.#timer) this.#say();
  }

  #say() {
    this.#timer = undefined;
    if (!this.#waiting.length) return;
    const heavy = this.#waiting.filter(({ weighs }) => weighs);
    const said = (this.#waiting.length > MAX_ROWS && heavy.length ? heavy : this.#waiting).slice(-MAX_ROWS).map(({ text }) => text);
    const more = this.#waiting.length - said.length;
    this.#waiting = [];
    this.#region.textContent = [...said, ...(more ? [this.#words("tell.more", { count: more })] : [])].join("; ");
    this.#timer = setTimeout(() => this.#say(), PAUSE);
  }
}

const isNews = ({ kind, enter, bad }) => kind === "state" || (kind === "call" && enter === undefined) || kind === "end" || bad;

function news({ where, what, state, bad, kind }) {
  return { text: where ? `${where}: ${state ?? what}` : what, weighs: kind !== "call" || bad };
}
