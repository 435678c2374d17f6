// The stage: wires the session's run to the views, and the views to the visitor's actions. It loads behind the page that
// opens it (open-stage.js).

import * as display from "../dom/display.js";
import { lazy } from "../dom/lazy.js";
import { notice, say } from "../dom/notice.js";
import { $, data } from "../dom/page.js";
import * as storage from "../dom/storage.js";
import { words } from "../dom/words.js";
import { beginOf, nothing } from "../model/model.js";
import { Narration, ending, isEarly } from "../model/narration.js";
import { neighbour, segmentHistory } from "../model/segment-history.js";
import { Winsock } from "../model/winsock.js";
import { errorText } from "../net/error-text.js";
import { textOf } from "../script/live-script.js";
import * as urlState from "../share/url-state.js";
import { Announcer } from "../views/announcer.js";
import { HostCards } from "../views/host-cards.js";
import { Ladder } from "../views/ladder.js";
import { NextSteps } from "../views/next-steps.js";
import { StateMap } from "../views/state-map.js";
import { Transcript } from "../views/transcript.js";
import { Transport } from "../views/transport.js";
import { RunControl } from "./run-control.js";
import { Session } from "./session.js";
import { ShareBar } from "./share-bar.js";

const session = new Session({ onBegin: clear, onStarted, onEvents: take, onRefused });
const ladder = new Ladder($(".ladder"), words, { onSelect: select, onDrop: (id) => runControl.drop(id), named });
const hostCards = new HostCards(document.querySelectorAll(".host"), words, { named });
const stateMap = new StateMap($("#map"), words);
const transcript = new Transcript($(".transcript"), $(".views"), { words, onPick: (seq) => session.run.seekEvent(seq), named });
const transport = new Transport($(".transport"), { words, act: (what, value) => acts[what]?.(value) });
const announcer = new Announcer($("#said"), words);
const nextSteps = new NextSteps($(".next-steps"), data.scenario);
const shareBar = new ShareBar();
let scriptPanel, questions, runControl;
let inspector;
const loadInspector = lazy(async () => {
  const { Inspector } = await import("../views/inspector.js");
  return (inspector = new Inspector($(".inspector"), { words, onClose: () => select(null), onSelect: inspect }));
});

// A run on the stage.

/** Plays the panel's script; `again` is set where its lines were played before, by this visitor. */
function play({ lines, again } = {}) {
  const { scenario, script } = scriptPanel.read();
  // Lines that are played again need no slow pace, but segments stay on the wire as long as before: timers depend on it.
  const paces = again && transport.pace === "follow" ? { pace: "again", then: "follow" } : { pace: transport.pace };
  return session.play({ ...(scenario ? { scenario } : { script }), ...paces, open: data.open }, { lines, again });
}

/** Begins an open run with the lines of a script. */
function begin(script, more) {
  scriptPanel.request = { script };
  return play(more);
}

function watch() {
  const { t } = urlState.read();
  urlState.write({ run: null });
  return session.watch(data.recording, t);
}

/** Clears the stage for a run. */
function clear(run) {
  Object.assign(run, { narration: new Narration(words), winsock: new Winsock() });
  ladder.reset();
  transcript.reset();
  runControl.reset();
  shareBar.offer(null);
  if (run.again) notice("again", words("free.undoing", { line: run.again }));
}

function onStarted({ id }) {
  if (!scriptPanel.request.scenario) scriptPanel.list();
  urlState.write({ run: id, t: null });
}

/** Takes events of the run on the stage. */
function take(events) {
  const { run } = session;
  const now = performance.now();
  for (const event of events) {
    run.winsock.add(event);
    run.narration.add(event);
  }
  ladder.add(run.origin === "recording" ? run.takeAll(events, now) : run.take(events, now));
  const isOtherScript = runControl.take(run, events);
  if (data.open && isOtherScript) scriptPanel.request = { script: textOf(run.lines) };
  showOrigin(run);
  shareBar.offer(run);
}

/** No run could be had: the last run's traces go, too. */
function onRefused(error) {
  hostCards.show(nothing);
  transport.running = false;
  runControl.hide();
  const mistakes = error.answer?.mistakes;
  if (mistakes) scriptPanel.correct(mistakes);
  else say(errorText(words, error), true);
}

function showOrigin({ ended, origin, history }) {
  const [first] = history.events;
  if (first.type !== "run") return say(words("end.failed", ended), true);
  const key = origin === "recording" ? "stage.recorded" : ended ? "stage.played" : "stage.live";
  const how = ended && ended.how !== "played" ? ` · ${ending(words, ended)}` : "";
  say(words(key, first) + how, Boolean(ended && isEarly(ended)));
}

// The visitor's position and selection.

function seekLine(line) {
  const { run } = session;
  const begin = run?.hasBegun && beginOf(run.history, run.count, line);
  if (begin) run.seekEvent(begin);
}

/** Picks a segment by its id, or none. */
async function select(id) {
  const { run } = session;
  if (!run) return;
  // On a narrow page the inspector covers the page's end: the picture moves above it.
  if (id && !run.selected && matchMedia("(max-width: 60rem)").matches) $(".picture").scrollIntoView({ block: "start" });
  run.selected = id;
  ladder.select(id);
  if (id) await loadInspector();
  run.refresh();
}

/** Opens a segment. The playhead goes to the last effect of a segment that lies ahead. */
function inspect(id) {
  const { run } = session;
  if (!run || !id) return;
  select(id);
  ladder.reveal(id);
  const { first, last } = segmentHistory(run.history.events, id);
  if (first.seq >= run.count) run.seekEvent(last);
}

/** Opens the segment before or after the open one. */
function openNeighbour(direction) {
  const { run } = session;
  if (run) inspect(neighbour(run.history.events, run.count, run.selected, direction));
}

/** A question was answered: the run goes on. */
function goOn() {
  session.run.playhead.playing = true;
}

/** Draws again, although the playhead stands still. */
function refresh() {
  scriptPanel.refresh();
  transcript.refresh();
  if (session.run) session.run.refresh();
  else scriptPanel.hideFrom(questions.hiddenFrom);
}

/** The name of the result in the event `seq`: Linux's, or with the Winsock lens the documented one of Winsock. */
function named(seq, text) {
  const name = $("#lens").value === "winsock" && session.run?.winsock.names.get(seq);
  return name ? { text: name.join(" "), documented: words("lens.documented") } : { text };
}

function setLens(lens) {
  $("#lens").value = lens;
  $(".documents").hidden = lens !== "winsock";
  ladder.redraw();
  refresh();
}

// Actions of the visitor.

const step = (direction, keyframes) => {
  const { run } = session;
  run?.playhead.step(direction, run.layout[keyframes], direction > 0 ? questions.stop(run) : undefined);
};

const acts = {
  run: () => play(),
  stop: () => session.stop(),
  recording: watch,
  view: () => transcript.toggle(),
  edit: () => scriptPanel.edit(),
  play: () => questions.press() || session.run?.playhead.toggle(),
  back: () => step(-1, "keyframes"),
  forth: () => step(1, "keyframes"),
  before: () => step(-1, "changes"),
  next: () => step(1, "changes"),
  home: () => session.run?.playhead.seek(0),
  end: () => session.run?.seekEnd(),
  seek: (part) => session.run?.scrub(part),
  keys: display.keys,
  share: () => shareBar.open(session.run, scriptPanel.request.scenario, scriptPanel.text(session.run)),
  projector: () => display.projector(),
  map: () => stateMap.toggle(),
  hold: () => runControl.hold(),
  drop: () => runControl.drop(),
  forge: () => runControl.forge(),
  undo: () => runControl.undo(),
  command: () => runControl.focus("command"),
  client: () => runControl.focus("client"),
  server: () => runControl.focus("server"),
  async inspect() {
    if (!session.run?.selected) openNeighbour(0);
    if (session.run?.selected) (await loadInspector()).focus();
  },
  close: () => session.run?.selected && select(null),
  former: () => openNeighbour(-1),
  latter: () => openNeighbour(1),
};

$("#lens").addEventListener("change", (event) => {
  storage.remember("lens", event.target.value);
  setLens(event.target.value);
});

display.watch({
  onHost: (host) => ladder.showCallsOf(host),
  onPrint(starts) {
    const { run } = session;
    if (!run?.hasBegun) return;
    // A print shows the whole run and its end.
    if (starts) run.before = run.playhead.y;
    run.playhead.seek(starts ? run.layout.end : run.before);
    draw(run, 0, performance.now());
    if (starts) ladder.unroll(run.layout.end);
    else ladder.roll(run.playhead.y, run.isOver);
  },
});

// One frame: the page follows the playhead's height.

let before = performance.now();
function frame(now) {
  const { run } = session;
  if (run?.hasBegun) {
    draw(run, now - before, now);
    ladder.droppable = runControl.show(run, now);
  }
  before = now;
  requestAnimationFrame(frame);
}

function draw(run, elapsed, now) {
  const { narration, selected } = run;
  const depends = [selected, stateMap.isOpen, transcript.isOpen];
  const changed = run.frame(elapsed, now, { speed: transport.speed, stop: questions.stop(run), shown: depends });
  if (!changed) return;
  const shown = { ...changed, narration, selected, hiddenFrom: questions.hiddenFrom };
  if (!transcript.isOpen) ladder.show(run.playhead.y, run.isOver);
  hostCards.show(shown.model);
  stateMap.show(shown);
  inspector?.show(shown);
  questions.show(shown);
  transcript.show(shown);
  scriptPanel.show(shown.model, questions.hiddenFrom); // after questions.show, which reveals an answer
  transport.show(shown);
  announcer.show(shown);
  nextSteps.show(shown);
  writeTime(run);
}

/** Writes the time of a resting playhead into the address. */
function writeTime(run) {
  const { playhead, layout } = run;
  const rests = !playhead.playing && !playhead.following && !run.isAwaited;
  const t = rests && playhead.y < layout.end ? run.t.toFixed(3) : null;
  if (rests && t !== run.writtenTime) urlState.write({ t });
  run.writtenTime = rests ? t : undefined;
}

/** Starts the stage of an open page; returns its actions, and its answers to the page. `FreePlay` is a class, on the page that has one. */
export function startStage({ FreePlay, ...page }) {
  ({ scriptPanel, questions } = page);
  runControl = new RunControl(session, { onPick: select, onBegin: begin, FreePlay });
  setLens(storage.recall("lens") === "winsock" ? "winsock" : "errno");
  const state = urlState.read();
  if (state.run) session.join(state.run, state.t);
  else if (data.recording && (state.t !== null || data.kept)) watch();
  requestAnimationFrame(frame);
  return { acts, named, seekLine, goOn, refresh };
}
