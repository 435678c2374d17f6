// A run on the page: its events, their layout, and the playhead that goes through them.
// Knows no DOM and no socket; the caller brings the clock, in ms.

import { Layout } from "./layout.js";
import { History } from "./model.js";
import { Playhead } from "./playhead.js";

export class Run {
  history = new History();
  layout = new Layout();
  playhead = new Playhead(this.layout);
  /** The last event, or an object in its shape where the run ended without one. */
  ended = null;
  /** The time of the last event, and the time since which the server is out of reach. */
  #arrived;
  #lost = null;
  /** A time to seek once the run has come there, in ms since the run began. */
  #target = null;
  #drawn;

  /** Takes further events; returns the new and the changed items of the picture. */
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
      this.playhead.land();
    }
    if (this.isAwaited) this.seek(this.#target);
    this.refresh();
    return [...changed].map((key) => this.layout.items.get(key));
  }

  /** Takes all events of a recording, which may have been kept before the run was over. */
  takeAll(events, now) {
    if (events.at(-1).type !== "end") this.ended = { how: "going" };
    return this.take(events, now);
  }

  /** Whether any event has come. */
  get hasBegun() {
    return this.history.events.length > 0;
  }

  /** Whether the run goes on and the server is in reach. */
  get isRunning() {
    return this.hasBegun && !this.ended && this.#lost === null;
  }

  /** The server is out of reach: time stands still. */
  lose(now) {
    this.#lost ??= now;
    this.refresh();
  }

  /** The server is in reach again; returns whether it was away. */
  find() {
    const wasLost = this.#lost !== null;
    this.#lost = null;
    if (wasLost) this.refresh();
    return wasLost;
  }

  /** Seeks a time, in ms since the run began, as soon as the run has come there. */
  seek(t) {
    const isThere = this.ended || this.history.events.at(-1)?.t >= t * 1000;
    this.#target = isThere ? null : t;
    if (isThere) this.playhead.seek(this.layout.y(t * 1000));
  }

  /** Whether a seek waits until the run has come to its time. */
  get isAwaited() {
    return this.#target !== null;
  }

  /** Goes to a part of the picture's height and stays there. */
  scrub(part) {
    this.playhead.playing = false;
    this.playhead.seek(part * this.layout.end);
  }

  /** Goes to an event and stays there. */
  seekEvent(seq) {
    this.playhead.playing = false;
    this.playhead.seek(this.layout.ys[seq]);
  }

  /** Goes to the end of the run; follows a run that goes on. */
  seekEnd() {
    if (this.ended) this.playhead.seek(this.layout.end);
    else this.playhead.follow();
  }

  /** The number of events up to the playhead. */
  get count() {
    return this.layout.count(this.playhead.y);
  }

  /** The time under the playhead, in ms since the run began. */
  get t() {
    return this.layout.time(this.playhead.y) / 1000;
  }

  /** Whether the playhead is at the end of a run that has ended. */
  get isOver() {
    return Boolean(this.ended) && this.playhead.y >= this.layout.end;
  }

  /** The current time of a live run, in µs since the run began. */
  clock(now) {
    return this.#arrived.t + ((this.#lost ?? now) - this.#arrived.at) * 1000;
  }

  /** The next frame draws again. */
  refresh() {
    this.#drawn = undefined;
  }

  /**
   * One frame: moves the playhead at `speed`, up to the height `stop`. Returns the data for the views; null where nothing
   * has changed. `shown` are further values that the views depend on.
   */
  frame(elapsed, now, { speed, stop, shown = [] }) {
    const { history, layout, playhead, ended, isRunning } = this;
    const clock = this.clock(now);
    playhead.speed = speed;
    playhead.tick(elapsed, ended ? undefined : clock, stop);
    const drawn = [playhead.y, layout.end, playhead.playing, playhead.following, playhead.following && Math.floor(clock / 100_000), ...shown].join(" ");
    if (drawn === this.#drawn) return null;
    this.#drawn = drawn;
    const model = { ...history.at(this.count), t: playhead.following ? clock : layout.time(playhead.y) };
    return { model, layout, playhead, history, ended, running: isRunning };
  }
}
