// A visitor's control over a live run: on its wire, and in free play line by line. Each action is a line of the run's
// script, which grows by it.

import { lazy } from "../dom/lazy.js";
import { notice, say } from "../dom/notice.js";
import { $, data } from "../dom/page.js";
import { words } from "../dom/words.js";
import { WireControls } from "../freeplay/wire-controls.js";
import { nothing } from "../model/model.js";
import { isOwn, sendLine } from "../net/api.js";
import { LineQueue } from "../net/line-queue.js";
import { amended, linesOf, textOf } from "../script/live-script.js";

export class RunControl {
  #session;
  #freePlay;
  #forgeDialog;
  #loadForgeDialog = lazy(async () => {
    const { ForgeDialog } = await import("../freeplay/forge-dialog.js");
    return (this.#forgeDialog = new ForgeDialog($("#forge"), { words, onLine: (line) => this.#writeOnWire([line]) }));
  });
  #queue = new LineQueue({ send: sendLine, words, onChange: (lines) => this.#freePlay?.waiting(lines) });
  #wireControls;

  /**
   * `onPick` opens a segment. `onBegin` begins a run from a script, with further properties of the run; `FreePlay` is the
   * class of free play, on the page that has it.
   */
  constructor(session, { onPick, onBegin, FreePlay }) {
    this.#session = session;
    const parts = { bar: $(".wire-bar"), tray: $(".tray"), actions: $(".wire-actions") };
    this.#wireControls = new WireControls(parts, { words, onLines: (lines) => this.#writeOnWire(lines), onPick });
    this.#freePlay = FreePlay && new FreePlay({ words, acts: { write: (line, queue) => this.#write(line, queue), begin: onBegin } });
  }

  hold() {
    this.#wireControls.hold();
  }

  /** Drops the open segment, or the last one under way. */
  drop(id = this.#session.run?.selected) {
    this.#wireControls.drop(id);
  }

  /** Plays all lines again except for the last action. */
  undo() {
    this.#freePlay?.undo();
  }

  /** Moves the focus to the command line, or to a host's buttons. */
  focus(target) {
    this.#freePlay?.focus(target);
  }

  /** Opens the dialog that forges a segment. */
  async forge() {
    const model = this.#session.run?.latest;
    if (model) (await this.#loadForgeDialog()).open(model);
  }

  /** Another run takes the stage: lines that were not sent are forgotten. */
  reset() {
    this.#queue.clear();
  }

  /** No run is on the stage: hides the controls. */
  hide() {
    this.#wireControls.show({ able: false, model: nothing, lines: [] });
    this.#freePlay?.show({ able: false, left: null });
  }

  /** Takes events of the run; returns whether its script has changed. */
  take(run, events) {
    const before = run.lines;
    for (const event of events) {
      if (event.type === "run" && (!run.lines || event.script !== textOf(run.lines))) run.lines = linesOf(event.script, event.lines);
      if (event.type === "script") run.lines = amended(run.lines, event);
    }
    run.latest = run.history.at(run.history.events.length);
    this.#freePlay?.take(run.lines ?? []);
    if (run.again && run.playhead.following) run.playhead.y = run.layout.end; // lines that were seen before are skipped
    if (run.again && isPlayed(run)) run.again = null;
    notice(run.again && "again", run.again && words("free.undoing", { line: run.again }));
    return run.lines !== before;
  }

  /** Shows the controls for the run's current state, wherever the playhead is; returns whether this page may act on the run. */
  show(run, now) {
    const { id, latest: model, lines, selected, ended } = run;
    const able = run.isRunning && Boolean(id) && isOwn(id);
    this.#wireControls.show({ able, model, lines, open: Boolean(data.open), selected });
    this.#forgeDialog?.update(model);
    this.#freePlay?.show({ id, able, ended, left: model.idle === null ? null : (model.idle - run.clock(now)) / 1e6 });
    return able;
  }

  /** Plays a line in the run, in the queue `rest` or `wire`; resolves with null or the line's fault. */
  #write(line, queue = "rest") {
    const { run } = this.#session;
    run.again = null;
    if (!run.playhead.following) run.playhead.follow();
    return this.#queue.add(run.id, line, queue);
  }

  /** Plays commands for the wire, one after the other, up to the first fault. */
  async #writeOnWire(lines) {
    for (const line of lines) {
      const fault = await this.#write(line, "wire");
      if (fault) return say(`${line}: ${fault.text}`, true);
    }
  }
}

/** Whether every line so far has been played. */
function isPlayed({ lines, latest }) {
  const last = lines.findLastIndex(({ kind }) => kind) + 1;
  return last === 0 || latest.steps[last]?.phase === "end";
}
