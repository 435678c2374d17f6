// Brings runs onto the stage, one at a time: each replaces the one before.

import { notice, say } from "../dom/notice.js";
import { $ } from "../dom/page.js";
import { words } from "../dom/words.js";
import { Run } from "../model/run.js";
import { follow, recording, start, stop } from "../net/api.js";

export class Session {
  /** The run on the stage, or null. */
  run = null;
  #on;

  /**
   * `onBegin` is called with a new run on the stage, `onStarted` when the server has begun the run, `onEvents` with events of
   * the run, and `onRefused` with the error when no run could be had.
   */
  constructor(on) {
    this.#on = on;
  }

  /** Starts a run; `more` are further properties of the run. */
  async play(request, more) {
    const run = this.#begin("live", more);
    try {
      const started = await start(request);
      if (run !== this.run) return stop(started.id);
      this.#follow(run, started);
      this.#on.onStarted(run);
      run.playhead.follow();
    } catch (error) {
      this.#refuse(run, error);
    }
  }

  /** Joins a run that was started before and may still go on. */
  join(id, t) {
    const run = this.#begin("live");
    this.#follow(run, { id, events: `/api/runs/${id}/events` });
    if (t === null) run.playhead.follow();
    else run.seek(t);
  }

  /** Shows a recording, from its beginning or at a time. */
  async watch(address, t) {
    const run = this.#begin("recording");
    if (t !== null) run.seek(t);
    try {
      const events = await recording(address);
      if (run !== this.run) return;
      run.playhead.playing = t === null;
      this.#on.onEvents(events);
    } catch (error) {
      this.#refuse(run, error);
    }
  }

  stop() {
    if (this.run?.id) stop(this.run.id);
  }

  #begin(origin, more) {
    this.run?.leave?.();
    if (this.run && !this.run.ended) this.stop();
    this.run = Object.assign(new Run(), { origin }, more);
    document.body.dataset.mode = origin;
    $(".invitation").hidden = true;
    notice();
    say("");
    this.#on.onBegin(this.run);
    return this.run;
  }

  /** Takes the events of a live run as they come. */
  #follow(run, { id, events }) {
    run.id = document.body.dataset.run = id;
    run.leave = follow({ id, events }, {
      onEvents: this.#on.onEvents,
      onLost: () => lose(run, words("error.lost")),
      onFound: () => run.find() && notice(),
      onWait: (position) => notice("waits", words("stage.queue", { place: position })),
      onGone: () => {
        run.ended = { how: "failed" };
        $(".invitation").hidden = run.hasBegun;
        lose(run, words("error.gone"));
      },
    });
  }

  #refuse(run, error) {
    if (run !== this.run) return;
    this.run = null;
    $(".invitation").hidden = false;
    notice();
    this.#on.onRefused(error);
  }
}

function lose(run, text) {
  run.lose(performance.now());
  notice("lost", text);
  say("");
}
