// What a visitor does to the run that goes on: by hand on its wire, and in free play line by line. Each deed is a line of
// the run's script, which grows by it.

import { notice, say } from "../dom/notice.js";
import { $, data } from "../dom/page.js";
import { words } from "../dom/words.js";
import { ForgeDialog } from "../freeplay/forge-dialog.js";
import { WireControls } from "../freeplay/wire-controls.js";
import { nothing } from "../model/model.js";
import { isOwn, sendLine } from "../net/api.js";
import { LineQueue } from "../net/line-queue.js";
import { linesOf, amended, textOf } from "../script/live-script.js";

export class RunControl {
  #session;
  #free;
  #forgeDialog = new ForgeDialog($("#forge"), { words, onLine: (line) => this.#writeAll([line]) });
  #queue = new LineQueue({ send: sendLine, words, onChange: (lines) => this.#free?.waiting(lines) });
  #wireControls;

  /**
   * `onPick` opens a segment. `onBegin` begins a run from lines, with what else is to be known of it; `FreePlay` is the class
   * of free play, on the page for that.
   */
  constructor(session, { onPick, onBegin, FreePlay }) {
    this.#session = session;
    const parts = { bar: $(".wire-bar"), tray: $(".tray"), acts: $(".hand-acts") };
    this.#wireControls = new WireControls(parts, { words, onLines: (lines) => this.#writeAll(lines), onPick });
    this.#free = FreePlay && new FreePlay({ words, acts: { write: (line) => this.#write(line), begin: onBegin } });
  }

  hold() {
    this.#wireControls.hold();
  }

  /** Loses the segment that is open, or the one that left last. */
  drop(id = this.#session.run?.selected) {
    this.#wireControls.drop(id);
  }

  /** Plays all again but for the last deed. */
  undo() {
    this.#free?.undo();
  }

  /** Goes to the command line, or to a host's buttons. */
  focus(what) {
    this.#free?.focus(what);
  }

  /** Forges a segment in a dialog. */
  forge() {
    const model = this.#session.run?.latest;
    if (model) this.#forgeDialog.open(model);
  }

  /** Another run takes the stage: what was not said to the one before is not said to this one. */
  reset() {
    this.#queue.clear();
  }

  /** Nothing is on the stage, so nothing can be done to it. */
  rest() {
    this.#wireControls.show({ able: false, model: nothing, lines: [] });
    this.#free?.show({ able: false, left: null });
  }

  /** Takes note of events of the run: its script as it grows while it is played. Whether it has changed. */
  take(run, events) {
    const before = run.lines;
    for (const event of events) {
      if (event.type === "run" && (!run.lines || event.script !== textOf(run.lines))) run.lines = linesOf(event.script);
      if (event.type === "script") run.lines = amended(run.lines, event);
    }
    run.latest = run.history.at(run.history.events.length);
    this.#free?.take(run.lines ?? []);
    if (run.again && run.playhead.following) run.playhead.y = run.layout.end; // what was seen before is passed over
    if (run.again && isPlayed(run)) run.again = null;
    notice(run.again && "again", run.again && words("free.undoing", { line: run.again }));
    return run.lines !== before;
  }

  /** What can be done. It is about now, wherever the playhead is. Whether anything can. */
  show(run, now) {
    const { id, latest: model, lines, selected, ended } = run;
    const able = run.isRunning && Boolean(id) && isOwn(id);
    this.#wireControls.show({ able, model, lines, open: Boolean(data.open), selected });
    this.#forgeDialog.update(model);
    this.#free?.show({ id, able, ended, left: model.idle === null ? null : (model.idle - run.clock(now)) / 1e6 });
    return able;
  }

  /** Plays a line in the run that goes on; resolves with null or what is wrong with it. */
  #write(line) {
    const { run } = this.#session;
    run.again = null;
    if (!run.playhead.following) run.playhead.follow();
    return this.#queue.add(run.id, line);
  }

  /** The same for several, one after the other, up to one that is refused. */
  async #writeAll(lines) {
    for (const line of lines) {
      const fault = await this.#write(line);
      if (fault) return say(`${line}: ${fault.text}`, true);
    }
  }
}

/** Whether every line so far has been played. */
function isPlayed({ lines, latest }) {
  const last = lines.findLastIndex(({ text }) => /^\s*[^#\s]/.test(text)) + 1;
  return last === 0 || latest.steps[last]?.phase === "end";
}
