// The stage: wires what happens (source) to what is to be shown (model, layout), and that to what draws it.

import { Hosts } from "./hosts.js";
import { Ladder } from "./ladder.js";
import { Layout } from "./layout.js";
import { History } from "./model.js";
import { Player } from "./player.js";
import { Script } from "./script.js";
import { Refused, check, follow, recording, start } from "./source.js";
import { Transport } from "./transport.js";

const data = JSON.parse(document.getElementById("data").textContent);
const words = (key, values = {}) => (data.words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const $ = (selector) => document.querySelector(selector);

const ladder = new Ladder($(".ladder"), words);
const hosts = new Hosts(document.querySelectorAll(".host"), words);
const script = new Script($(".side"), { notes: data.notes, words, onLine: (line) => seekLine(line) });
const transport = new Transport($(".transport"), { words, act: (what, value) => acts[what]?.(value) });
const editor = { form: $(".editor"), area: $(".editor textarea"), mistakes: $(".mistakes") };

let run; // the run that is on the stage: its events, and where the playhead is
let wanted = { scenario: data.scenario, script: data.script };

/** Clears the stage for another run. */
function prepare(origin) {
  run?.leave?.();
  const layout = new Layout();
  run = { history: new History(), layout, player: new Player(layout), origin, shown: -1 };
  ladder.clear();
  $(".invitation").hidden = true;
  document.body.dataset.mode = origin;
  say("");
}

function take(events) {
  const changed = new Map();
  for (const event of events) {
    run.history.add(event);
    for (const key of run.layout.add(event)) changed.set(key, run.layout.items.get(key));
  }
  const last = events.at(-1);
  run.arrived = { t: last.t, at: performance.now() };
  ladder.add([...changed.values()]);
  if (last.type === "end") {
    run.ended = true;
    run.player.land();
  }
  run.shown = -1;
  tellOrigin();
}

async function play() {
  const own = !editor.form.hidden || !wanted.scenario;
  if (own) rememberScript(editor.area.value);
  prepare("live");
  const mine = run;
  document.body.dataset.waiting = "";
  try {
    const request = own ? { script: wanted.script } : { scenario: wanted.scenario };
    const { id, events } = await start({ ...request, pace: transport.pace });
    if (run !== mine) return;
    run.id = document.body.dataset.run = id;
    run.player.follow();
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    run.leave = follow(`${scheme}://${location.host}${events}`, {
      onEvents(news) {
        say("");
        take(news);
      },
      onLost: () => say(words("error.lost"), true),
    });
    if (own) show(wanted.script);
  } catch (error) {
    refused(error);
  } finally {
    delete document.body.dataset.waiting;
  }
}

async function watch() {
  prepare("recording");
  try {
    take(await recording(data.recording));
    run.player.playing = true;
  } catch (error) {
    refused(error);
  }
}

function refused(error) {
  const answer = error instanceof Refused ? error.answer : { error: "server" };
  $(".invitation").hidden = false;
  if (answer.error === "script") return edit(answer.mistakes);
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
  const facts = run.history.events[0];
  const ended = run.ended && run.history.events.at(-1);
  const key = run.origin === "recording" ? "stage.recorded" : ended ? "stage.played" : "stage.live";
  const early = ended && !ended.reason.startsWith("played") ? ` · ${words("stage.ended", ended)}` : "";
  say(words(key, facts) + early, Boolean(early));
}

// The script, and the editor in its place.

function show(text) {
  script.set(text);
  editor.form.hidden = true;
  $(".script").hidden = false;
}

function edit(mistakes = []) {
  if (editor.form.hidden) editor.area.value = wanted.script;
  editor.form.hidden = false;
  $(".script").hidden = true;
  editor.area.rows = Math.max(10, editor.area.value.split("\n").length);
  editor.mistakes.replaceChildren(
    ...mistakes.map((mistake) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = words("error.mistake", mistake);
      button.addEventListener("click", () => select(mistake));
      item.append(button);
      return item;
    }),
  );
  if (mistakes.length) select(mistakes[0]);
}

function select({ line, column, length }) {
  const lines = editor.area.value.split("\n");
  const before = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  const inLine = [...lines[line - 1]].slice(0, column - 1).join("").length;
  editor.area.focus();
  editor.area.setSelectionRange(before + inLine, before + inLine + length);
}

let checking;
editor.area.addEventListener("input", () => {
  clearTimeout(checking);
  checking = setTimeout(async () => {
    const mistakes = await check(editor.area.value).catch(() => []);
    const chosen = [editor.area.selectionStart, editor.area.selectionEnd];
    edit(mistakes);
    editor.area.setSelectionRange(...chosen);
  }, 300);
});

/** The address carries a script of one's own, so that a link is enough to share it. */
function rememberScript(text) {
  wanted = { script: text };
  const address = `/try#script=${encodeURIComponent(text)}`;
  if (location.pathname === "/try") history.replaceState(null, "", address);
}

function seekLine(line) {
  const begin = run?.history.events.find((event) => event.type === "step" && event.line === line);
  if (!begin) return;
  run.player.playing = false;
  run.player.seek(run.layout.ys[begin.seq]);
}

// What the visitor can do.

const acts = {
  run: play,
  stop: () => run?.id && fetch(`/api/runs/${run.id}`, { method: "DELETE" }),
  recording: watch,
  edit: () => (location.pathname === "/try" ? edit() : location.assign(`/try#script=${encodeURIComponent(wanted.script)}`)),
  play: () => run && (run.origin === "live" && !run.ended && !run.player.following && !run.player.playing ? run.player.follow() : run.player.toggle()),
  back: () => run?.player.step(-1),
  forth: () => run?.player.step(1),
  home: () => run?.player.seek(0),
  end: () => run && (run.ended ? run.player.seek(run.layout.end) : run.player.follow()),
  seek: (part) => run && ((run.player.playing = false), run.player.seek(part * run.layout.end)),
  speed: (speed) => run && (run.player.speed = speed),
};

for (const button of document.querySelectorAll("main [data-act]")) {
  button.addEventListener("click", () => acts[button.dataset.act]());
}

addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select, button, a") || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = { " ": "play", ArrowLeft: "back", ArrowRight: "forth", Home: "home", End: "end" }[event.key];
  if (!act || !run) return;
  event.preventDefault();
  acts[act]();
});

// One frame: everything that is shown follows from the playhead's height.

let before = performance.now();
function frame(now) {
  const elapsed = now - before;
  before = now;
  if (run?.history.events.length) {
    const { player, layout, history } = run;
    const live = run.arrived.t + (now - run.arrived.at) * 1000;
    player.tick(elapsed, run.origin === "live" && !run.ended ? live : undefined);
    player.speed = transport.speed;
    const key = `${player.y} ${layout.end} ${player.playing} ${player.following}`;
    if (key !== run.shown) {
      run.shown = key;
      const model = { ...history.at(layout.count(player.y)), t: player.following ? live : layout.time(player.y) };
      ladder.show(player.y, Boolean(run.ended) && player.y >= layout.end);
      hosts.show(model);
      script.show(model);
      transport.show({ player, layout, model, running: run.origin === "live" && !run.ended });
      announce(model);
    }
  }
  requestAnimationFrame(frame);
}

let announced;
/** Says each change of state to whoever listens instead of looking. */
function announce({ change }) {
  if (!change || change === announced) return;
  announced = change;
  $("#said").textContent = `${change.host}: ${change.to}`;
}

// What is on the stage when the page opens.

const carried = new URLSearchParams(location.hash.slice(1)).get("script");
if (carried) wanted = { script: carried };
show(wanted.script);
if (!data.scenario) edit();
$("[data-act=recording]").hidden = !data.recording;
if (!data.live) {
  $(".invitation p").textContent = words("stage.invitation_recording");
  for (const button of document.querySelectorAll("[data-act=run]")) button.hidden = !data.recording ? false : button.closest(".transport") !== null;
  if (data.recording) {
    const button = $(".invitation [data-act=run]");
    button.dataset.act = "recording";
    $(".invitation .link").hidden = true;
  }
}
requestAnimationFrame(frame);
