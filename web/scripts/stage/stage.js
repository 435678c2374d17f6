// The stage: wires what happens (a run, and whoever brings it) to what draws it, and that to what a visitor can do.

import * as view from "../dom/display.js";
import { later } from "../dom/lazy.js";
import { notice, say } from "../dom/notice.js";
import { $, data } from "../dom/page.js";
import { FREE, listen } from "../dom/shortcuts.js";
import * as memory from "../dom/storage.js";
import { words } from "../dom/words.js";
import { beginOf, nothing } from "../model/model.js";
import { Account, ending, isEarly } from "../model/narration.js";
import { journey, neighbour } from "../model/segment-history.js";
import { Winsock } from "../model/winsock.js";
import { refusal } from "../net/error-text.js";
import { textOf } from "../script/live-script.js";
import { Damaged } from "../share/script-link.js";
import * as address from "../share/url-state.js";
import { Announcer } from "../views/announcer.js";
import { Hosts } from "../views/host-cards.js";
import { Ladder } from "../views/ladder.js";
import { Further } from "../views/next-steps.js";
import { Questions } from "../views/questions.js";
import { StateMap } from "../views/state-map.js";
import { Transcript } from "../views/transcript.js";
import { Transport } from "../views/transport.js";
import { Touch } from "./run-control.js";
import { Panel } from "./script-panel.js";
import { Playing } from "./session.js";
import { Sharing } from "./share-bar.js";

const playing = new Playing({ onBegin: clear, onStarted, onEvents: take, onRefused });
const ladder = new Ladder($(".ladder"), words, { onSelect: select, onDrop: (id) => touch.drop(id), named });
const hosts = new Hosts(document.querySelectorAll(".host"), words, { named });
const map = new StateMap($("#map"), words);
const questions = new Questions($(".question"), $(".predict"), {
  scenario: data.scenario,
  questions: data.questions ?? [],
  words,
  onGo: goOn,
  onChange: refresh,
});
const transcript = new Transcript($(".transcript"), $(".views"), { words, onPick: (seq) => playing.run.seekEvent(seq), named });
const transport = new Transport($(".transport"), { words, act: (what, value) => acts[what]?.(value) });
const announcer = new Announcer($("#said"), words);
const further = new Further($(".further"), data.scenario);
const sharing = new Sharing();
let panel, touch;
let inspector;
const inspecting = later(async () => {
  const { Inspector } = await import("../views/inspector.js");
  return (inspector = new Inspector($(".inspector"), { words, onClose: () => select(null), onSelect: inspect }));
});

// A run takes the stage, and goes on.

/** Plays what is wanted; `again` where its lines were played before, by this hand. */
function play({ lines, again } = {}) {
  const { scenario, script } = panel.read();
  // Played again, nobody has to follow; but what is on the wire stays there for as long as before: timers depend on it.
  const paces = again && transport.pace === "follow" ? { pace: "again", then: "follow" } : { pace: transport.pace };
  return playing.play({ ...(scenario ? { scenario } : { script }), ...paces, open: data.open }, { lines, again });
}

/** Begins a run that takes lines, with those of a script. */
function begin(script, more) {
  panel.wanted = { script };
  return play(more);
}

function watch() {
  const { t } = address.read();
  address.write({ run: null });
  return playing.watch(data.recording, t);
}

/** Clears the stage for a run. */
function clear(run) {
  Object.assign(run, { account: new Account(words), winsock: new Winsock() });
  ladder.reset();
  transcript.reset();
  touch.reset();
  sharing.offer(null);
  if (run.again) notice("again", words("free.undoing", { line: run.again }));
}

function onStarted({ id }) {
  if (!panel.wanted.scenario) panel.list();
  address.write({ run: id, t: null });
}

/** Takes events of the run that is on the stage. */
function take(events) {
  const { run } = playing;
  const now = performance.now();
  for (const event of events) {
    run.winsock.add(event);
    run.account.add(event);
  }
  ladder.add(run.origin === "recording" ? run.takeAll(events, now) : run.take(events, now));
  const isOtherScript = touch.take(run, events);
  if (data.open && isOtherScript) panel.wanted = { script: textOf(run.lines) };
  tellOrigin(run);
  sharing.offer(run);
}

/** No run is to be had: what the one before left here goes too. */
function onRefused(error) {
  hosts.show(nothing);
  transport.running = false;
  touch.rest();
  const mistakes = error.answer?.mistakes;
  if (mistakes) panel.correct(mistakes);
  else say(refusal(words, error), true);
}

function tellOrigin({ ended, origin, history }) {
  const [first] = history.events;
  if (first.type !== "run") return say(words("end.failed", ended), true);
  const key = origin === "recording" ? "stage.recorded" : ended ? "stage.played" : "stage.live";
  const how = ended && ended.how !== "played" ? ` · ${ending(words, ended)}` : "";
  say(words(key, first) + how, Boolean(ended && isEarly(ended)));
}

// Where the visitor looks.

function seekLine(line) {
  const { run } = playing;
  const begin = run?.hasBegun && beginOf(run.history, run.count, line);
  if (begin) run.seekEvent(begin);
}

/** Picks a segment by its id, or none. */
async function select(id) {
  const { run } = playing;
  if (!run) return;
  // Where the inspector is a sheet over the page's end, what it is about stays above it.
  if (id && !run.selected && matchMedia("(max-width: 60rem)").matches) $(".picture").scrollIntoView({ block: "start" });
  run.selected = id;
  ladder.select(id);
  if (id) await inspecting();
  run.refresh();
}

/** Opens a segment; what lies ahead of the playhead is gone to, up to what it changed. */
function inspect(id) {
  const { run } = playing;
  if (!run || !id) return;
  select(id);
  ladder.reveal(id);
  const { first, last } = journey(run.history.events, id);
  if (first.seq >= run.count) run.seekEvent(last);
}

/** Opens the segment before or after the one that is open. */
function leaf(direction) {
  const { run } = playing;
  if (run) inspect(neighbour(run.history.events, run.count, run.selected, direction));
}

/** A question was answered: the run shows what it is. */
function goOn() {
  playing.run.player.playing = true;
}

/** What is shown is to be shown anew, although the playhead stands still. */
function refresh() {
  panel.refresh();
  transcript.refresh();
  if (playing.run) playing.run.refresh();
  else panel.veil(questions.veil);
}

/** The name of a result, by the seq of the event that has it: Linux's, or with the lens Winsock's, where it documents one. */
function named(seq, text) {
  const name = $("#lens").value === "winsock" && playing.run?.winsock.names.get(seq);
  return name ? { text: name.join(" "), documented: words("lens.documented") } : { text };
}

function look(through) {
  $("#lens").value = through;
  $(".documents").hidden = through !== "winsock";
  ladder.redraw();
  refresh();
}

// What the visitor can do.

const step = (direction, moments) => {
  const { run } = playing;
  run?.player.step(direction, run.layout[moments], direction > 0 ? questions.stop(run) : undefined);
};

const acts = {
  run: () => play(),
  stop: () => playing.stop(),
  recording: watch,
  view: () => transcript.toggle(),
  edit: () => panel.edit(),
  play: () => questions.press() || playing.run?.player.toggle(),
  back: () => step(-1, "moments"),
  forth: () => step(1, "moments"),
  before: () => step(-1, "changes"),
  next: () => step(1, "changes"),
  home: () => playing.run?.player.seek(0),
  end: () => playing.run?.seekEnd(),
  seek: (part) => playing.run?.scrub(part),
  keys: view.keys,
  share: () => sharing.open(playing.run, panel.wanted.scenario, panel.text(playing.run)),
  projector: () => view.projector(),
  map: () => map.toggle(),
  hold: () => touch.hold(),
  drop: () => touch.drop(),
  forge: () => touch.forge(),
  undo: () => touch.undo(),
  command: () => touch.focus("command"),
  client: () => touch.focus("client"),
  server: () => touch.focus("server"),
  async inspect() {
    if (!playing.run?.selected) leaf(0);
    if (playing.run?.selected) (await inspecting()).focus();
  },
  close: () => playing.run?.selected && select(null),
  former: () => leaf(-1),
  latter: () => leaf(1),
};

for (const button of document.querySelectorAll(":is(main, .bar) [data-act]")) {
  button.addEventListener("click", () => acts[button.dataset.act]());
}

listen((act) => acts[act](), data.open ? FREE : {});

$("#lens").addEventListener("change", (event) => {
  memory.remember("lens", event.target.value);
  look(event.target.value);
});

// The language link keeps what the address carries: a script, and whether questions are asked.
$("#language").addEventListener("click", (event) => {
  const asked = new URLSearchParams(location.search).get("questions");
  if (asked) event.currentTarget.search += `&questions=${encodeURIComponent(asked)}`;
  event.currentTarget.hash = location.hash;
});
addEventListener("hashchange", () => location.reload());

view.watch({
  onFace: (host) => ladder.face(host),
  onPrint(starts) {
    const { run } = playing;
    if (!run?.hasBegun) return;
    // Paper shows all of it, and how it ended.
    if (starts) run.before = run.player.y;
    run.player.seek(starts ? run.layout.end : run.before);
    draw(run, 0, performance.now());
    if (starts) ladder.unroll(run.layout.end);
    else ladder.roll(run.player.y, run.isOver);
  },
});

// One frame: everything that is shown follows from the playhead's height.

let before = performance.now();
function frame(now) {
  const { run } = playing;
  if (run?.hasBegun) {
    draw(run, now - before, now);
    ladder.touchable = touch.show(run, now);
  }
  before = now;
  requestAnimationFrame(frame);
}

function draw(run, elapsed, now) {
  const { account, selected } = run;
  const shown = [selected, map.isOpen, transcript.isOpen];
  const seen = run.frame(elapsed, now, { speed: transport.speed, stop: questions.stop(run), shown });
  if (!seen) return;
  const moment = { ...seen, account, selected, veil: questions.veil };
  if (!transcript.isOpen) ladder.show(run.player.y, run.isOver);
  hosts.show(moment.model);
  map.show(moment);
  inspector?.show(moment);
  questions.show(moment);
  transcript.show(moment);
  panel.show(moment.model, questions.veil); // an answer that was just told is hidden no more
  transport.show(moment);
  announcer.show(moment);
  further.show(moment);
  keep(run);
}

/** The address follows a playhead that rests. */
function keep(run) {
  const { player, layout } = run;
  const rests = !player.playing && !player.following && !run.isAwaited;
  const t = rests && player.y < layout.end ? run.t.toFixed(3) : null;
  if (rests && t !== run.kept) address.write({ t });
  run.kept = rests ? t : undefined;
}

/** Opens the stage with what the page's address asks for; `Editor` and `FreePlay` are classes, on the page that has one. */
export async function openStage({ Editor, FreePlay } = {}) {
  panel = new Panel({ onLine: seekLine, named, onRun: play, Editor });
  touch = new Touch(playing, { onPick: select, onBegin: begin, FreePlay });
  const said = address.read();
  try {
    const own = await address.script();
    if (own) panel.wanted = { script: own };
  } catch (error) {
    // The address stays as it came, until somebody writes something else.
    notice("damaged", words(`damaged.${error instanceof Damaged ? error.message : "data"}`));
  }
  panel.list();
  panel.veil(questions.veil);
  look(memory.recall("lens") === "winsock" ? "winsock" : "errno");
  if (Editor) panel.edit();
  $("[data-act=recording]").hidden = !data.recording;
  if (!data.live && data.recording) {
    // Nothing can be run here: the recording takes Run's place.
    $(".invitation p").textContent = words("stage.invitation_recording");
    $(".invitation .link").hidden = true;
    $(".pace").hidden = true;
    for (const button of document.querySelectorAll("[data-act=run]")) {
      button.dataset.act = "recording";
      button.textContent = words("stage.watch");
    }
  }
  if (said.run) playing.join(said.run, said.t);
  else if (data.recording && (said.t !== null || data.kept)) watch();
  requestAnimationFrame(frame);
}
