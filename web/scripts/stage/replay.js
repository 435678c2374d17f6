// A replay: picture, cards and transport of one run, without a page around them.

import { hostTabs } from "../dom/host-tabs.js";
import { listen } from "../dom/shortcuts.js";
import { Run } from "../model/run.js";
import { hideItem, hideModel } from "../model/spoilers.js";
import { HostCards } from "../views/host-cards.js";
import { Ladder } from "../views/ladder.js";
import { Transport } from "../views/transport.js";

/** No question is ahead. */
const NOTHING_HIDDEN = { y: Infinity };
/** Each result has the name that the run gave it. */
const named = (_, text) => ({ text });

export class Replay {
  #run = new Run();
  #root;
  #ladder;
  #hostCards;
  #transport;
  #answers;
  #onShow;

  /** `root` has the markup of replay.html. `onShow` is called at each change with the time in ms and the model. */
  constructor(root, { words, answers = true, onShow = () => {} }) {
    this.#root = root;
    root.classList.toggle("answers-hidden", !answers);
    this.#answers = answers;
    this.#onShow = onShow;
    this.#ladder = new Ladder(root.querySelector(".ladder"), words, { onSelect: (id) => this.#ladder.select(id), named });
    this.#hostCards = new HostCards(root.querySelectorAll(".host"), words, { named });
    this.#transport = new Transport(root.querySelector(".transport"), { words, act: (what, value) => this.#acts[what]?.(value) });
    listen((act) => this.#acts[act]?.());
    hostTabs((host) => this.#ladder.showCallsOf(host));
    let before = performance.now();
    const frame = (now) => {
      if (this.#run.hasBegun) this.#draw(now - before, now);
      before = now;
      if (root.isConnected) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  #acts = {
    play: () => this.#run.playhead.toggle(),
    back: () => this.#run.playhead.step(-1),
    forth: () => this.#run.playhead.step(1),
    before: () => this.#run.playhead.step(-1, this.#run.layout.changes),
    next: () => this.#run.playhead.step(1, this.#run.layout.changes),
    home: () => this.#run.playhead.seek(0),
    end: () => this.#run.seekEnd(),
    seek: (part) => this.#run.scrub(part),
  };

  /** Takes further events of a run that goes on. */
  take(events) {
    this.#put(this.#run.take(events, performance.now()));
  }

  /** Takes all events of a recording. */
  takeAll(events) {
    this.#put(this.#run.takeAll(events, performance.now()));
  }

  #put(items) {
    this.#root.classList.add("told");
    this.#ladder.add(this.#answers ? items : items.map(hideItem));
  }

  /** Seeks a time, in ms since the run began, as soon as the run has come there. */
  seek(t) {
    this.#run.seek(t);
  }

  /** Goes to a line of the script. */
  seekLine(line) {
    const begin = this.#run.history.events.find((event) => event.type === "step" && event.line === line);
    if (begin) this.#run.seekEvent(begin.seq);
  }

  play() {
    if (this.#run.isRunning && !this.#run.isAwaited) this.#run.playhead.follow();
    else this.#run.playhead.playing = true;
  }

  /** The server is out of reach. */
  lose() {
    this.#run.lose(performance.now());
  }

  /** The server is in reach again; returns whether it was away. */
  find() {
    return this.#run.find();
  }

  /** The time under the playhead, in ms since the run began. */
  get t() {
    return this.#run.t;
  }

  #draw(elapsed, now) {
    const shown = this.#run.frame(elapsed, now, { speed: this.#transport.speed });
    if (!shown) return;
    this.#ladder.show(shown.playhead.y, this.#run.isOver);
    this.#hostCards.show(this.#answers ? shown.model : hideModel(shown.model));
    this.#transport.show({ ...shown, hiddenFrom: NOTHING_HIDDEN });
    this.#onShow(shown.model.t / 1000, shown.model);
  }
}
