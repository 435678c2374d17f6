// The playhead: where it is, whether it moves, and how fast. Knows no DOM; the caller brings the clock.

/** How fast the playhead goes: that of a live run at walking pace, in px a second. */
const SPEED = 115;

export class Player {
  #layout;
  /** The height that is shown. */
  y = 0;
  playing = false;
  speed = 1;
  /** Whether the playhead is where the live run is. */
  following = false;

  constructor(layout) {
    this.#layout = layout;
  }

  /**
   * One frame: `elapsed` ms after the one before; `now` is the live run's time in µs, if there is one. The playhead comes
   * no further than `stop`, where there is one: a question waits there.
   */
  tick(elapsed, now, stop = Infinity) {
    const from = this.y;
    this.#move(elapsed, now);
    if (from <= stop && this.y > stop) {
      this.y = stop;
      this.playing = this.following = false;
    }
  }

  #move(elapsed, now) {
    if (this.following && now !== undefined) {
      // The end of a flight may move a little when its event comes: go there quickly, but do not jump.
      const target = Math.max(this.#layout.live(now), this.#layout.end);
      // A run at full speed is over before the eye saw it begin; it is shown no faster than an eye can follow.
      const ease = 1 - Math.exp(-elapsed / 60);
      this.y += Math.min(Math.max(target - this.y, 0) * ease, (elapsed / 1000) * SPEED * 3);
    } else if (this.playing) {
      this.y += (elapsed / 1000) * SPEED * this.speed;
      if (this.y >= this.#layout.end) {
        this.y = this.#layout.end;
        this.playing = false;
        this.following = now !== undefined; // it has caught up with a run that goes on
      }
    }
  }

  /** The live run is over: what is left of the way is played like a recording. */
  land() {
    if (!this.following) return;
    this.following = false;
    this.playing = true;
  }

  follow() {
    this.following = true;
    this.playing = false;
  }

  seek(y) {
    this.following = false;
    this.y = Math.min(Math.max(y, 0), this.#layout.end);
  }

  toggle() {
    if (this.playing || this.following) {
      this.playing = this.following = false;
      return;
    }
    if (this.y >= this.#layout.end - 0.5) this.y = 0;
    this.playing = true;
  }

  /**
   * To the next of these heights, or the one before: all moments, or those at which a state changes. On the way forth
   * `stop` is one of them.
   */
  step(direction, moments = this.#layout.moments, stop = Infinity) {
    const from = this.y;
    this.playing = this.following = false;
    const next = direction > 0 ? moments.find((y) => y > this.y + 0.5) : moments.findLast((y) => y < this.y - 0.5);
    this.y = next ?? (direction > 0 ? this.#layout.end : 0);
    if (from < stop && this.y > stop) this.y = stop;
  }
}
