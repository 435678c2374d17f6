// The stage: wires what happens (source) to what is to be shown (model, layout), and that to what draws it.

import { Account, ending, isEarly } from "./account.js";
import { Announcer } from "./announcer.js";
import { composed, recomposed, textOf } from "./composition.js";
import { Editor } from "./editor.js";
import { Exports } from "./exports.js";
import { Forge } from "./forge.js";
import { Further } from "./further.js";
import { Hand } from "./hand.js";
import { Hosts } from "./hosts.js";
import { Inspector, neighbour } from "./inspector.js";
import { journey } from "./journey.js";
import { FREE, listen } from "./keys.js";
import { Ladder } from "./ladder.js";
import { Layout } from "./layout.js";
import { Winsock } from "./lens.js";
import { Damaged, pack } from "./link.js";
import { History, beginOf } from "./model.js";
import * as address from "./moment.js";
import { nameOf } from "./place.js";
import { Pen } from "./pen.js";
import { Player } from "./player.js";
import { Program } from "./program.js";
import { Questions } from "./questions.js";
import { Script } from "./script.js";
import { Share } from "./share.js";
import { Refused, follow, isOwn, recording, say as tell, start, stop } from "./source.js";
import { StateMap } from "./map.js";
import * as memory from "./store.js";
import { Transcript } from "./transcript.js";
import { Transport } from "./transport.js";
import * as view from "./view.js";
import { words } from "./words.js";

const data = JSON.parse(document.getElementById("data").textContent);
const $ = (selector) => document.querySelector(selector);

const ladder = new Ladder($(".ladder"), words, { onSelect: select, onDrop: (id) => hand.drop(id), named });
const hosts = new Hosts(document.querySelectorAll(".host"), words, { named });
const script = new Script($(".side"), { notes: data.notes, words, onLine: seekLine, named });
const program = new Program($(".script-panel"), { words });
const map = new StateMap($("#map"), words);
const inspector = new Inspector($(".inspector"), { words, onClose: () => select(null), onSelect: inspect });
const questions = new Questions($(".question"), $(".predict"), {
  scenario: data.scenario,
  questions: data.questions ?? [],
  words,
  onGo: goOn,
  onChange: refresh,
});
const transcript = new Transcript($(".transcript"), $(".views"), { words, onPick: seekEvent, named });
const transport = new Transport($(".transport"), { words, act: (what, value) => acts[what]?.(value) });
const announcer = new Announcer($("#said"), words);
const further = new Further($(".further"), data.scenario);
const share = new Share($("#share"), $("#wall"), { words });
const exports = new Exports($(".exports"));
const editor = new Editor($(".editor"), { words, onChange: remember, onRun: play });
const pen = new Pen({ send: tell, words, onChange: (lines) => free?.waiting(lines) });
const hand = new Hand({ bar: $(".wire-bar"), tray: $(".tray"), acts: $(".hand-acts") }, { words, onLines: writeAll, onPick: select });
const forge = new Forge($("#forge"), { words, onLine: (line) => writeAll([line]) });
/** Free play, where the page is for that. */
const free = data.open ? new (await import("./free.js")).Free({ words, acts: { write, begin } }) : null;

/** The run that is on the stage: its events, and where the playhead is. */
let run;
/** What Run plays: the lesson, or a script of the visitor's own. */
let wanted = { scenario: data.scenario, script: data.script };

/** Clears the stage for another run, and gives up the one before. */
function prepare(origin) {
  run?.leave?.();
  if (run?.id && !run.ended) stop(run.id);
  const layout = new Layout();
  run = {
    history: new History(),
    layout,
    account: new Account(words),
    player: new Player(layout),
    winsock: new Winsock(),
    origin,
    drawn: "",
    moment: null,
  };
  ladder.reset();
  transcript.reset();
  pen.clear();
  $(".invitation").hidden = true;
  exports.offer(null);
  $(".beside").hidden = true;
  document.body.dataset.mode = origin;
  notice();
  say("");
  return run;
}

/** Takes events of the run that is on the stage. */
function take(events) {
  const changed = new Map();
  for (const event of events) {
    run.history.add(event);
    compose(event);
    run.winsock.add(event);
    run.account.add(event);
    for (const key of run.layout.add(event)) changed.set(key, run.layout.items.get(key));
  }
  ladder.add([...changed.values()]);
  const last = events.at(-1);
  run.arrived = { t: last.t, at: performance.now() };
  run.lost = false;
  run.drawn = "";
  if (last.type === "end") finish(last);
  run.latest = run.history.at(run.history.events.length);
  free?.take(run.lines ?? []);
  if (run.again && run.player.following) run.player.y = run.layout.end; // what was seen before is passed over
  if (run.again && isPlayed(run)) run.again = null;
  notice(run.again && "again", run.again && words("free.undoing", { line: run.again }));
  arrive();
  tellOrigin();
  offerExports();
}

/** Goes to the moment that the address named, as soon as it is there. */
function arrive() {
  const { moment, layout, player, history, ended } = run;
  if (moment === null) return;
  const there = ended || history.events.at(-1).t >= moment * 1000;
  if (!there) return;
  run.moment = null;
  player.playing = false;
  player.seek(layout.y(moment * 1000));
}

/** The address follows a playhead that rests. */
function keep({ player, layout }) {
  const rests = !player.playing && !player.following && run.moment === null;
  const t = rests && player.y < layout.end ? (layout.time(player.y) / 1000).toFixed(3) : null;
  if (rests && t !== run.kept) address.write({ t });
  run.kept = rests ? t : undefined;
}

function finish(end) {
  run.ended = end;
  run.player.land();
}

/** Plays what is wanted; `again` where its lines were played before, by this hand. */
async function play({ lines, again } = {}) {
  const own = editor.isOpen || !wanted.scenario;
  if (editor.isOpen) remember(editor.text);
  const mine = Object.assign(prepare("live"), { lines, again });
  if (again) notice("again", words("free.undoing", { line: again }));
  try {
    const request = own ? { script: wanted.script } : { scenario: wanted.scenario };
    // Played again, nobody has to follow; but what is on the wire stays there for as long as before: timers depend on it.
    const paces = again && transport.pace === "follow" ? { pace: "again", then: "follow" } : { pace: transport.pace };
    const started = await start({ ...request, ...paces, open: data.open });
    if (run !== mine) return stop(started.id);
    if (own) show(wanted.script);
    address.write({ run: started.id, t: null });
    attend(started);
    run.player.follow();
  } catch (error) {
    if (run === mine) refused(error);
  }
}

/** Begins a run that takes lines, with those of a script. */
function begin(script, more) {
  wanted = { script };
  return play(more);
}

/** The script as it grows while it is played. */
function compose(event) {
  if (event.type === "run" && (!run.lines || event.script !== textOf(run.lines))) run.lines = composed(event.script);
  if (event.type === "script") run.lines = recomposed(run.lines, event);
  if (data.open && ["run", "script"].includes(event.type)) wanted = { script: textOf(run.lines) };
}

/** Whether every line so far has been played. */
function isPlayed({ lines, latest }) {
  const last = lines.findLastIndex(({ text }) => /^\s*[^#\s]/.test(text)) + 1;
  return last === 0 || latest.steps[last]?.phase === "end";
}

/** Plays a line in the run that goes on; resolves with null or what is wrong with it. */
function write(line) {
  run.again = null;
  if (!run.player.following) run.player.follow();
  return pen.write(run.id, line);
}

/** The same for several, one after the other, up to one that is refused. */
async function writeAll(lines) {
  for (const line of lines) {
    const fault = await write(line);
    if (fault) return say(`${line}: ${fault.text}`, true);
  }
}

/** Takes the events of a live run as they come. */
function attend({ id, events }) {
  run.id = document.body.dataset.run = id;
  run.leave = follow({ id, events }, {
    onEvents: take,
    onLost: () => lose(words("error.lost")),
    onWait: (place) => notice("waits", words("stage.queue", { place })),
    onGone: () => {
      run.ended = { how: "failed" };
      $(".invitation").hidden = run.history.events.length > 0;
      lose(words("error.gone"));
    },
  });
}

/** A run that the address names, at its moment: it may still go on. */
function join({ run: id, t }) {
  prepare("live").moment = t;
  attend({ id, events: `/api/runs/${id}/events` });
  if (t === null) run.player.follow();
}

/** The server is out of reach: nothing more is known, so time stands still. */
function lose(text) {
  run.lost ||= performance.now();
  notice("lost", text);
  say("");
}

async function watch() {
  const mine = prepare("recording");
  mine.moment = address.read().t;
  address.write({ run: null });
  try {
    const events = await recording(data.recording);
    if (run !== mine) return;
    run.player.playing = mine.moment === null;
    if (events.at(-1).type !== "end") run.ended = { how: "going" }; // it was kept before it was over
    take(events);
  } catch (error) {
    if (run === mine) refused(error);
  }
}

function refused(error) {
  const answer = error instanceof Refused ? error.answer : { error: "server" };
  run = undefined;
  $(".invitation").hidden = false;
  if (answer.error === "script") {
    if (!editor.isOpen) edit();
    editor.show(answer.mistakes);
    return editor.select(answer.mistakes[0]);
  }
  const texts = {
    full: () => words("error.full", answer),
    machine: () => words("error.machine", answer.remedy),
    server: () => words("error.server"),
  };
  say(texts[answer.error]?.() ?? words("error.other", { message: answer.message ?? answer.error }), true);
}

/** The same run as a file for other tools, as far as it is when that is asked for. */
function offerExports() {
  exports.offer(run.id ? `/api/runs/${run.id}` : data.recording);
  $(".beside").hidden = false;
  $(".beside").href = `/compare?a=${nameOf(run.id ? `/api/runs/${run.id}/events` : data.recording)}`;
}

/** Something that everybody who looks at the picture has to know; nothing, where there is no such thing. */
function notice(kind, text = "") {
  const place = $(".notice");
  place.hidden = !kind;
  place.dataset.kind = kind ?? "";
  place.textContent = text;
}

/** A line below the picture: where the run comes from, or what went wrong. */
function say(text, wrong = false) {
  $(".origin").textContent = text;
  $(".origin").classList.toggle("wrong", wrong);
}

function tellOrigin() {
  const { ended, origin, history } = run;
  const [first] = history.events;
  if (first.type !== "run") return say(words("end.failed", ended), true);
  const key = origin === "recording" ? "stage.recorded" : ended ? "stage.played" : "stage.live";
  const how = ended && ended.how !== "played" ? ` · ${ending(words, ended)}` : "";
  say(words(key, first) + how, Boolean(ended && isEarly(ended)));
}

// The script, and the editor in its place.

function show(text) {
  script.set(text);
  editor.close();
  $(".script").hidden = false;
  $("[data-act=edit]").hidden = false;
}

function edit() {
  editor.open(wanted.script);
  $(".script").hidden = true;
  $("[data-act=edit]").hidden = true;
}

/** The address carries a script of one's own, so that a link is enough to share it. */
function remember(text) {
  wanted = { script: text };
  program.show(wanted, Infinity);
  if (location.pathname !== "/try") history.replaceState(null, "", "/try");
  address.write({ run: null, t: null });
  address.carry(text);
}

/** What sharing has to know of the stage. */
function shown() {
  const { scenario } = wanted;
  const changed = run?.history.events.some(({ type }) => type === "script"); // by hand
  const own = changed ? run.history.at(run.history.events.length).script.join("\n") : wanted.script;
  const recorded = run?.origin === "recording" && !data.kept;
  const kept = run?.origin === "recording" ? data.kept : undefined;
  const began = run?.history.events.length > 0;
  return {
    lesson: scenario && (scenario.includes("/") ? `/${scenario}` : `/s/${scenario}`),
    script: editor.isOpen ? editor.text : own,
    run: began ? run.id : undefined,
    ended: Boolean(run?.ended),
    kept,
    recorded: Boolean(recorded),
    t: began ? run.layout.time(run.player.y) / 1000 : null,
    midst: began && run.player.y > 0 && run.player.y < run.layout.end,
  };
}

/** The script in the editor's own page. */
async function openEditor() {
  location.assign(`/try#s=${await pack(wanted.script)}`);
}

function seekLine(line) {
  const begin = run?.history.events.length && beginOf(run.history, run.layout.count(run.player.y), line);
  if (begin) seekEvent(begin);
}

/** Goes to the moment of an event. */
function seekEvent(seq) {
  run.player.playing = false;
  run.player.seek(run.layout.ys[seq]);
}

/** Picks a segment by its id, or none. */
function select(id) {
  if (!run) return;
  // Where the inspector is a sheet over the page's end, what it is about stays above it.
  if (id && !run.selected && matchMedia("(max-width: 60rem)").matches) $(".picture").scrollIntoView({ block: "start" });
  run.selected = id;
  ladder.select(id);
}

/** Opens a segment; what lies ahead of the playhead is gone to, up to what it changed. */
function inspect(id) {
  if (!run || !id) return;
  select(id);
  ladder.reveal(id);
  const { first, last } = journey(run.history.events, id);
  if (first.seq >= run.layout.count(run.player.y)) seekEvent(last);
}

/** Opens the segment before or after the one that is open. */
function leaf(direction) {
  if (run) inspect(neighbour(run.history.events, run.layout.count(run.player.y), run.selected, direction));
}

/** A question was answered: the run shows what it is. */
function goOn() {
  run.player.playing = true;
}

/** What is shown is to be shown anew, although the playhead stands still. */
function refresh() {
  script.refresh();
  transcript.refresh();
  if (run) run.drawn = "";
  else veil();
}

/** What would answer a question that is still ahead is not shown beside the picture either. */
function veil() {
  script.veil(questions.veil.line);
  program.show(wanted, questions.veil.line);
}

/** The name of a result, by the seq of the event that has it: Linux's, or with the lens Winsock's, where it documents one. */
function named(seq, text) {
  const name = $("#lens").value === "winsock" && run?.winsock.names.get(seq);
  return name ? { text: name.join(" "), documented: words("lens.documented") } : { text };
}

function look(through) {
  $("#lens").value = through;
  $(".documents").hidden = through !== "winsock";
  ladder.redraw();
  refresh();
}

// What the visitor can do.

const acts = {
  run: play,
  stop: () => run?.id && stop(run.id),
  recording: watch,
  view: () => transcript.toggle(),
  edit: () => (location.pathname === "/try" ? edit() : openEditor()),
  play: () => questions.press() || run?.player.toggle(),
  back: () => run?.player.step(-1),
  forth: () => run?.player.step(1, run.layout.moments, questions.stop(run)),
  before: () => run?.player.step(-1, run.layout.changes),
  next: () => run?.player.step(1, run.layout.changes, questions.stop(run)),
  keys: view.keys,
  share: () => share.open(shown()),
  projector: () => view.projector(),
  home: () => run?.player.seek(0),
  end: () => run && (run.origin === "live" && !run.ended ? run.player.follow() : run.player.seek(run.layout.end)),
  map: () => map.toggle(),
  hold: () => hand.hold(),
  drop: () => hand.drop(run?.selected),
  forge: () => run?.latest && forge.open(run.latest),
  undo: () => free?.undo(),
  command: () => free?.focus("command"),
  client: () => free?.focus("client"),
  server: () => free?.focus("server"),
  inspect() {
    if (!run) return;
    if (!run.selected) leaf(0);
    inspector.focus();
  },
  close: () => run?.selected && select(null),
  former: () => leaf(-1),
  latter: () => leaf(1),
  seek(part) {
    if (!run) return;
    run.player.playing = false;
    run.player.seek(part * run.layout.end);
  },
};

for (const button of document.querySelectorAll(":is(main, .bar) [data-act]")) {
  button.addEventListener("click", () => acts[button.dataset.act]());
}

listen((act) => acts[act](), free ? FREE : {});

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
    if (!run?.history.events.length) return;
    const { player, layout } = run;
    // Paper shows all of it, and how it ended.
    if (starts) run.before = player.y;
    player.seek(starts ? layout.end : run.before);
    draw(run, 0, performance.now());
    if (starts) ladder.unroll(layout.end);
    else ladder.roll(player.y, Boolean(run.ended) && player.y >= layout.end);
  },
});

// One frame: everything that is shown follows from the playhead's height.

let before = performance.now();
function frame(now) {
  const elapsed = now - before;
  before = now;
  if (run?.history.events.length) {
    draw(run, elapsed, now);
    handle(now);
  }
  requestAnimationFrame(frame);
}

function draw({ player, layout, history, account, origin, ended, lost, arrived }, elapsed, now) {
  const isLive = origin === "live" && !ended;
  const live = arrived.t + ((lost || now) - arrived.at) * 1000;
  player.speed = transport.speed;
  player.tick(elapsed, isLive ? live : undefined, questions.stop(run));
  const clock = player.following ? Math.floor(live / 100_000) : "";
  const drawn = [player.y, layout.end, player.playing, player.following, clock, run.selected, map.isOpen, transcript.isOpen].join(" ");
  if (drawn === run.drawn) return;
  run.drawn = drawn;
  const model = { ...history.at(layout.count(player.y)), t: player.following ? live : layout.time(player.y) };
  const veil = questions.veil;
  const moment = { model, layout, player, history, account, ended, selected: run.selected, running: isLive && !lost, veil };
  if (!transcript.isOpen) ladder.show(player.y, Boolean(ended) && player.y >= layout.end);
  hosts.show(model);
  map.show(moment);
  inspector.show(moment);
  questions.show(moment);
  transcript.show(moment);
  script.show(model, questions.veil);
  program.show(wanted, questions.veil.line);
  transport.show(moment);
  announcer.show(moment);
  further.show(moment);
  keep(run);
}

/** What can be done to the run that goes on. It is about now, wherever the playhead is. */
function handle(now) {
  const able = run.origin === "live" && !run.ended && !run.lost && Boolean(run.id) && isOwn(run.id);
  const model = run.latest;
  hand.show({ able, model, lines: run.lines, open: Boolean(data.open), selected: run.selected });
  ladder.touchable = able;
  forge.update(model);
  const live = run.arrived.t + (now - run.arrived.at) * 1000;
  free?.show({ id: run.id, able, ended: run.ended, left: model.idle === null ? null : (model.idle - live) / 1e6 });
}

// What is on the stage when the page opens.

const said = address.read();
try {
  const own = await address.script();
  if (own) wanted = { script: own };
} catch (error) {
  // The address stays as it came, until somebody writes something else.
  notice("damaged", words(`damaged.${error instanceof Damaged ? error.message : "data"}`));
}
show(wanted.script);
veil();
look(memory.recall("lens") === "winsock" ? "winsock" : "errno");
if (!data.scenario && !data.kept && !data.open) edit();
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
if (said.run) join(said);
else if (data.recording && (said.t !== null || data.kept)) watch();
requestAnimationFrame(frame);
