// A replay: picture, cards and transport of one run, without a page around them. Takes events, from wherever they come.

import { Hosts } from "./hosts.js";
import { listen } from "./keys.js";
import { Ladder } from "./ladder.js";
import { Layout } from "./layout.js";
import { History } from "./model.js";
import { Player } from "./player.js";
import { sides } from "./sides.js";
import { Transport } from "./transport.js";
import { veiledItem, veiledModel } from "./veil.js";

/** No question waits ahead. */
const NO_QUESTION = { line: Infinity, y: Infinity };
/** Each result has the name that the run gave it. */
const named = (_, text) => ({ text });

export class Replay {
  #history = new History();
  #layout = new Layout();
  #player = new Player(this.#layout);
  #root;
  #ladder;
  #hosts;
  #transport;
  #answers;
  #onShow;
  #ended;
  /** Of a live run: when its last event came, and since when the server is out of reach. */
  #arrived;
  #lost;
  #wanted = null;
  #drawn;

  /** `root` has the markup of replay.html. `onShow` is called with each moment that is shown, in ms, and its model. */
  constructor(root, { words, answers = true, onShow = () => {} }) {
    this.#root = root;
    root.classList.toggle("veiled", !answers);
    this.#answers = answers;
    this.#onShow = onShow;
    this.#ladder = new Ladder(root.querySelector(".ladder"), words, { onSelect: (id) => this.#ladder.select(id), named });
    this.#hosts = new Hosts(root.querySelectorAll(".host"), words, { named });
    this.#transport = new Transport(root.querySelector(".transport"), { words, act: (what, value) => this.#acts[what]?.(value) });
    listen((act) => this.#acts[act]?.());
    sides((host) => this.#ladder.face(host));
    let before = performance.now();
    const frame = (now) => {
      this.#draw(now - before, now);
      before = now;
      if (root.isConnected) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  #acts = {
    play: () => this.#player.toggle(),
    back: () => this.#player.step(-1),
    forth: () => this.#player.step(1),
    before: () => this.#player.step(-1, this.#layout.changes),
    next: () => this.#player.step(1, this.#layout.changes),
    home: () => this.#player.seek(0),
    end: () => (this.#isLive ? this.#player.follow() : this.#player.seek(this.#layout.end)),
    seek: (part) => {
      this.#player.playing = false;
      this.#player.seek(part * this.#layout.end);
    },
  };

  /** Takes further events of the run. */
  take(events) {
    const changed = new Map();
    for (const event of events) {
      this.#history.add(event);
      for (const key of this.#layout.add(event)) changed.set(key, this.#layout.items.get(key));
    }
    this.#root.classList.add("told");
    const items = [...changed.values()];
    this.#ladder.add(this.#answers ? items : items.map(veiledItem));
    const last = events.at(-1);
    this.#arrived = { t: last.t, at: performance.now() };
    this.#lost = undefined;
    this.#drawn = undefined;
    if (last.type === "end") {
      this.#ended = last;
      this.#player.land();
    }
    if (this.#wanted !== null) this.seek(this.#wanted);
  }

  /** Goes to a moment, in ms since the run began, as soon as the run has come there. */
  seek(t) {
    const there = this.#ended || this.#history.events.at(-1)?.t >= t * 1000;
    this.#wanted = there ? null : t;
    if (there) this.#player.seek(this.#layout.y(t * 1000));
  }

  /** Goes to a line of the script. */
  seekLine(line) {
    const begin = this.#history.events.find((event) => event.type === "step" && event.line === line);
    if (!begin) return;
    this.#player.playing = false;
    this.#player.seek(this.#layout.ys[begin.seq]);
  }

  play() {
    if (this.#isLive && this.#wanted === null) this.#player.follow();
    else this.#player.playing = true;
  }

  /** The server is out of reach: nothing more is known, so time stands still. */
  lose() {
    this.#lost ??= performance.now();
  }

  /** The moment under the playhead, in ms since the run began. */
  get t() {
    return this.#layout.time(this.#player.y) / 1000;
  }

  /** Whether it moves. */
  get isPlaying() {
    return this.#player.playing || this.#player.following;
  }

  get #isLive() {
    return this.#history.events.length > 0 && !this.#ended;
  }

  #draw(elapsed, now) {
    if (!this.#history.events.length) return;
    const [player, layout, running] = [this.#player, this.#layout, this.#isLive && !this.#lost];
    const live = this.#arrived.t + ((this.#lost ?? now) - this.#arrived.at) * 1000;
    player.speed = this.#transport.speed;
    player.tick(elapsed, this.#isLive ? live : undefined);
    const clock = player.following ? Math.floor(live / 100_000) : "";
    const drawn = [player.y, layout.end, player.playing, player.following, clock].join(" ");
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const told = this.#history.at(layout.count(player.y));
    const model = { ...told, t: player.following ? live : layout.time(player.y) };
    this.#ladder.show(player.y, Boolean(this.#ended) && player.y >= layout.end);
    this.#hosts.show(this.#answers ? model : veiledModel(model));
    this.#transport.show({ player, layout, model, running, veil: NO_QUESTION });
    this.#onShow(model.t / 1000, model);
  }
}
