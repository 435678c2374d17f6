// Says what happens to whoever listens instead of looking: states, what calls gave, checks that failed, the end.

import { shown } from "../model/model.js";

/** At most so often, in ms, and so much at once: a voice takes its time. */
const PAUSE = 1000;
const MOST = 4;
/** Whoever passes over more rows at once has gone elsewhere, and is told where that is. */
const JUMP = 30;

export class Announcer {
  #place;
  #words;
  #account;
  #told = 0;
  #waiting = [];
  #timer;

  /** `place` is the page's live region. */
  constructor(place, words) {
    this.#place = place;
    this.#words = words;
  }

  show({ account, layout, player, model }) {
    if (account !== this.#account) [this.#account, this.#told] = [account, 0];
    const [before, now] = [this.#told, account.count(layout.count(player.y))];
    if (now === before) return;
    this.#told = now;
    if (now < before || now - before > JUMP) {
      const states = ["client", "server"].map((host) => `${host}: ${shown(model.hosts[host])?.state ?? "CLOSED"}`);
      this.#waiting = states.map((text) => ({ text, weighs: true }));
    } else {
      this.#waiting.push(...account.rows.slice(before, now).filter(isNews).map(news));
    }
    if (!this.#timer) this.#say();
  }

  #say() {
    this.#timer = undefined;
    if (!this.#waiting.length) return;
    const heavy = this.#waiting.filter(({ weighs }) => weighs);
    const said = (this.#waiting.length > MOST && heavy.length ? heavy : this.#waiting).slice(-MOST).map(({ text }) => text);
    const more = this.#waiting.length - said.length;
    this.#waiting = [];
    this.#place.textContent = [...said, ...(more ? [this.#words("tell.more", { count: more })] : [])].join("; ");
    this.#timer = setTimeout(() => this.#say(), PAUSE);
  }
}

const isNews = ({ kind, enter, bad }) => kind === "state" || (kind === "call" && enter === undefined) || kind === "end" || bad;

function news({ place, what, state, bad, kind }) {
  return { text: place ? `${place}: ${state ?? what}` : what, weighs: kind !== "call" || bad };
}
