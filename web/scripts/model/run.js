// A run as somebody watches it: its events, where each stands in the picture, and the playhead that goes through them.
// Knows no DOM and no socket; the caller brings the clock, in ms.

import { Layout } from "./layout.js";
import { History } from "./model.js";
import { Player } from "./playhead.js";

export class Run {
  history = new History();
  layout = new Layout();
  player = new Player(this.layout);
  /** Its last event, or what else ended it. */
  ended = null;
  /** When its last event came, and since when the server is out of reach. */
  #arrived;
  #lost = null;
  /** The moment that somebody wants to see, in ms since the run began, while the run has not come there. */
  #wanted = null;
  #drawn;

  /** Takes further events; the items of the picture that are new or changed. */
  take(events, now) {
    const changed = new Set();
    for (const event of events) {
      this.history.add(event);
      for (const key of this.layout.add(event)) changed.add(key);
    }
    const last = events.at(-1);
    this.#arrived = { t: last.t, at: now };
    this.#lost = null;
    if (last.type === "end") {
      this.ended = last;
      this.player.land();
    }
    if (this.isAwaited) this.seek(this.#wanted);
    this.refresh();
    return [...changed].map((key) => this.layout.items.get(key));
  }

  /** Takes all events of a recording; it may have been kept before the run was over. */
  takeAll(events, now) {
    if (events.at(-1).type !== "end") this.ended = { how: "going" };
    return this.take(events, now);
  }

  /** Whether anything of it is known yet. */
  get hasBegun() {
    return this.history.events.length > 0;
  }

  /** Whether it goes on, and the server is there to tell of it. */
  get isRunning() {
    return this.hasBegun && !this.ended && this.#lost === null;
  }

  /** The server is out of reach: nothing more is known, so time stands still. */
  lose(now) {
    this.#lost ??= now;
    this.refresh();
  }

  /** The server is there again; whether it was away. */
  find() {
    const wasLost = this.#lost !== null;
    this.#lost = null;
    if (wasLost) this.refresh();
    return wasLost;
  }

  /** Goes to a moment, in ms since the run began, as soon as the run has come there. */
  seek(t) {
    const isThere = this.ended || this.history.events.at(-1)?.t >= t * 1000;
    this.#wanted = isThere ? null : t;
    if (isThere) this.player.seek(this.layout.y(t * 1000));
  }

  /** Whether a moment is wanted to which the run has not come. */
  get isAwaited() {
    return this.#wanted !== null;
  }

  /** Goes to a part of the way, and stays there. */
  scrub(part) {
    this.player.playing = false;
    this.player.seek(part * this.layout.end);
  }

  /** Goes to where an event stands, and stays there. */
  seekEvent(seq) {
    this.player.playing = false;
    this.player.seek(this.layout.ys[seq]);
  }

  /** Goes to its end; where it goes on, along with it. */
  seekEnd() {
    if (this.ended) this.player.seek(this.layout.end);
    else this.player.follow();
  }

  /** How many of its events have happened at the playhead. */
  get count() {
    return this.layout.count(this.player.y);
  }

  /** The moment under the playhead, in ms since the run began. */
  get t() {
    return this.layout.time(this.player.y) / 1000;
  }

  /** The last moment is shown, and nothing comes after it. */
  get isOver() {
    return Boolean(this.ended) && this.player.y >= this.layout.end;
  }

  /** How late it is in a live run, in µs since it began. */
  clock(now) {
    return this.#arrived.t + ((this.#lost ?? now) - this.#arrived.at) * 1000;
  }

  /** The next frame shows everything anew. */
  refresh() {
    this.#drawn = undefined;
  }

  /**
   * One frame: moves the playhead, at a speed and no further than `stop`. What is to be shown then; null where that is
   * what is shown already. `shown` is what else that depends on.
   */
  frame(elapsed, now, { speed, stop, shown = [] }) {
    const { history, layout, player, ended, isRunning } = this;
    const clock = this.clock(now);
    player.speed = speed;
    player.tick(elapsed, ended ? undefined : clock, stop);
    const drawn = [player.y, layout.end, player.playing, player.following, player.following && Math.floor(clock / 100_000), ...shown].join(" ");
    if (drawn === this.#drawn) return null;
    this.#drawn = drawn;
    const model = { ...history.at(this.count), t: player.following ? clock : layout.time(player.y) };
    return { model, layout, player, history, ended, running: isRunning };
  }
}
