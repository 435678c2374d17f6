// The playhead: its height, its speed, and whether it moves. Knows no DOM; the caller brings the clock.

/** The playhead's speed: that of a live run at walking pace, in px a second. */
const SPEED = 115;

export class Playhead {
  #layout;
  /** The height in the picture. */
  y = 0;
  playing = false;
  speed = 1;
  /** Whether the playhead follows the live run. */
  following = false;

  constructor(layout) {
    this.#layout = layout;
  }

  /**
   * One frame, `elapsed` ms after the last; `now` is the live run's time in µs, if there is one. The playhead stops at the
   * height `stop`, where a question waits.
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
      // The end of a flight may move a little when its event comes: the playhead goes there quickly, but does not jump.
      const target = Math.max(this.#layout.live(now), this.#layout.end);
      // A run at full speed is shown no faster than an eye can follow.
      const ease = 1 - Math.exp(-elapsed / 60);
      this.y += Math.min(Math.max(target - this.y, 0) * ease, (elapsed / 1000) * SPEED * 3);
    } else if (this.playing) {
      this.y += (elapsed / 1000) * SPEED * this.speed;
      if (this.y >= this.#layout.end) {
        this.y = this.#layout.end;
        this.playing = false;
        this.following = now !== undefined; // the playhead has caught up with the live run
      }
    }
  }

  /** The live run is over: the rest is played like a recording. */
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
   * Steps to the next or the last of these heights: all keyframes, or those at which a state changes. A step forward ends
   * at `stop` at the latest.
   */
  step(direction, keyframes = this.#layout.keyframes, stop = Infinity) {
    const from = this.y;
    this.playing = this.following = false;
    const next = direction > 0 ? keyframes.find((y) => y > this.y + 0.5) : keyframes.findLast((y) => y < this.y - 0.5);
    this.y = next ?? (direction > 0 ? this.#layout.end : 0);
    if (from < stop && this.y > stop) this.y = stop;
  }
}
