// The stage: wires what happens (source) to what is to be shown (model, layout), and that to what draws it.

import { Account } from "./account.js";
import { Announcer } from "./announcer.js";
import { Editor } from "./editor.js";
import { Hosts } from "./hosts.js";
import { Inspector } from "./inspector.js";
import { Ladder } from "./ladder.js";
import { Layout } from "./layout.js";
import { History } from "./model.js";
import { Player } from "./player.js";
import { Questions } from "./questions.js";
import { Script } from "./script.js";
import { Refused, follow, recording, start, stop } from "./source.js";
import { StateMap } from "./map.js";
import { Transcript } from "./transcript.js";
import { Transport } from "./transport.js";

const data = JSON.parse(document.getElementById("data").textContent);
const words = (key, values = {}) => (data.words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const $ = (selector) => document.querySelector(selector);

const ladder = new Ladder($(".ladder"), words, { onSelect: select });
const hosts = new Hosts(document.querySelectorAll(".host"), words);
const script = new Script($(".side"), { notes: data.notes, words, onLine: seekLine });
const map = new StateMap($("#map"), words);
const inspector = new Inspector($(".inspector"), { words, onClose: () => select(null) });
const questions = new Questions($(".question"), { questions: data.questions ?? [], words, onAnswer: goOn });
const transcript = new Transcript($(".transcript"), $(".views"), { words, onPick: seekEvent });
const transport = new Transport($(".transport"), { words, act: (what, value) => acts[what]?.(value) });
const announcer = new Announcer($("#said"), words);
const editor = new Editor($(".editor"), { words, onChange: remember });

/** The run that is on the stage: its events, and where the playhead is. */
let run;
/** What Run plays: the lesson, or a script of the visitor's own. */
let wanted = { scenario: data.scenario, script: data.script };

/** Clears the stage for another run, and gives up the one before. */
function prepare(origin) {
  run?.leave?.();
  if (run?.id && !run.ended) stop(run.id);
  const layout = new Layout();
  run = { history: new History(), layout, account: new Account(words), player: new Player(layout), origin, drawn: "" };
  ladder.reset();
  transcript.reset();
  $(".invitation").hidden = true;
  document.body.dataset.mode = origin;
  say("");
  return run;
}

/** Takes events of the run that is on the stage. */
function take(events) {
  const changed = new Map();
  for (const event of events) {
    run.history.add(event);
    run.account.add(event);
    for (const key of run.layout.add(event)) changed.set(key, run.layout.items.get(key));
  }
  ladder.add([...changed.values()]);
  const last = events.at(-1);
  run.arrived = { t: last.t, at: performance.now() };
  run.lost = false;
  run.drawn = "";
  if (last.type === "end") finish(last);
  tellOrigin();
}

function finish(end) {
  run.ended = end;
  run.player.land();
}

async function play() {
  const own = editor.isOpen || !wanted.scenario;
  if (editor.isOpen) remember(editor.text);
  const mine = prepare("live");
  try {
    const request = own ? { script: wanted.script } : { scenario: wanted.scenario };
    const started = await start({ ...request, pace: transport.pace });
    if (run !== mine) return stop(started.id);
    if (own) show(wanted.script);
    run.id = document.body.dataset.run = started.id;
    run.player.follow();
    run.leave = follow(started, {
      onEvents: take,
      onLost: () => lose(words("error.lost")),
      onGone: () => {
        run.ended = { how: "failed" };
        lose(words("error.gone"));
      },
    });
  } catch (error) {
    if (run === mine) refused(error);
  }
}

/** The server is out of reach: nothing more is known, so time stands still. */
function lose(text) {
  run.lost ||= performance.now();
  say(text, true);
}

async function watch() {
  const mine = prepare("recording");
  try {
    const events = await recording(data.recording);
    if (run !== mine) return;
    take(events);
    run.player.playing = true;
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
  const early = ended && ended.how !== "played" ? ` · ${words(`end.${ended.how}`, ended)}` : "";
  say(words(key, first) + early, Boolean(early));
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
  history.replaceState(null, "", `/try#script=${encodeURIComponent(text)}`);
}

function seekLine(line) {
  const begin = run?.history.events.find((event) => event.type === "step" && event.line === line);
  if (begin) seekEvent(begin.seq);
}

/** Goes to the moment of an event. */
function seekEvent(seq) {
  run.player.playing = false;
  run.player.seek(run.layout.ys[seq]);
}

/** Picks a segment by its id, or none. */
function select(id) {
  if (!run) return;
  run.selected = id;
  ladder.select(id);
}

/** A question was answered: the run shows what it is. */
function goOn() {
  run.player.playing = true;
}

// What the visitor can do.

const acts = {
  run: play,
  stop: () => run?.id && stop(run.id),
  recording: watch,
  view: () => transcript.toggle(),
  edit: () => (location.pathname === "/try" ? edit() : location.assign(`/try#script=${encodeURIComponent(wanted.script)}`)),
  play: () => run?.player.toggle(),
  back: () => run?.player.step(-1),
  forth: () => run?.player.step(1),
  home: () => run?.player.seek(0),
  end: () => run && (run.origin === "live" && !run.ended ? run.player.follow() : run.player.seek(run.layout.end)),
  seek(part) {
    if (!run) return;
    run.player.playing = false;
    run.player.seek(part * run.layout.end);
  },
};

for (const button of document.querySelectorAll("main [data-act]")) {
  button.addEventListener("click", () => acts[button.dataset.act]());
}

addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  const presses = event.key === " " && event.target.closest("button, a");
  if (typing || presses || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = { " ": "play", ArrowLeft: "back", ArrowRight: "forth", Home: "home", End: "end", t: "view" }[event.key];
  if (!act || (!run && act !== "view")) return;
  event.preventDefault();
  acts[act]();
});

// The language link keeps the script that the address carries.
$("#language").addEventListener("click", (event) => {
  event.currentTarget.hash = location.hash;
});
addEventListener("hashchange", () => location.reload());

// One frame: everything that is shown follows from the playhead's height.

let before = performance.now();
function frame(now) {
  const elapsed = now - before;
  before = now;
  if (run?.history.events.length) draw(run, elapsed, now);
  requestAnimationFrame(frame);
}

function draw({ player, layout, history, account, origin, ended, lost, arrived }, elapsed, now) {
  const isLive = origin === "live" && !ended;
  const live = arrived.t + ((lost || now) - arrived.at) * 1000;
  player.speed = transport.speed;
  player.tick(elapsed, isLive ? live : undefined, questions.stop(run));
  const clock = player.following ? Math.floor(live / 100_000) : "";
  const drawn = [player.y, layout.end, player.playing, player.following, clock, run.selected, transcript.isOpen].join(" ");
  if (drawn === run.drawn) return;
  run.drawn = drawn;
  const model = { ...history.at(layout.count(player.y)), t: player.following ? live : layout.time(player.y) };
  const moment = { model, layout, player, history, account, ended, selected: run.selected, running: isLive && !lost };
  if (!transcript.isOpen) ladder.show(player.y, Boolean(ended) && player.y >= layout.end);
  hosts.show(model);
  map.show(moment);
  inspector.show(moment);
  questions.show(moment);
  transcript.show(moment);
  script.show(model);
  transport.show(moment);
  announcer.show(moment);
}

// What is on the stage when the page opens.

const carried = new URLSearchParams(location.hash.slice(1)).get("script");
if (carried) wanted = { script: carried };
show(wanted.script);
if (!data.scenario) edit();
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
requestAnimationFrame(frame);
