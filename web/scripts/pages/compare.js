// Two runs side by side: wires their events to the alignment (normalize, align, alignedLayouts), and the alignment to the views.

import { align } from "../compare/align.js";
import { alignedLayouts, combined } from "../compare/aligned-layout.js";
import { AlignmentTable } from "../compare/alignment-table.js";
import { NarratedRun, findings } from "../compare/explain.js";
import { Findings } from "../compare/findings.js";
import { normalize } from "../compare/normalize.js";
import * as display from "../dom/display.js";
import { notice } from "../dom/notice.js";
import { $, data } from "../dom/page.js";
import { listen } from "../dom/shortcuts.js";
import { words } from "../dom/words.js";
import { History, duration, shown } from "../model/model.js";
import { Playhead } from "../model/playhead.js";
import { ApiError, played, recording } from "../net/api.js";
import { errorText } from "../net/error-text.js";
import { addressesOf } from "../share/recording-ref.js";
import { Ladder } from "../views/ladder.js";
import { Transport } from "../views/transport.js";

const all = (selector) => [...document.querySelectorAll(selector)];

/** How far above the first difference the line through both pictures stands. */
const ABOVE = 7;
/** From this width on, in px, a picture has room for the calls of both hosts: less than on the stage. */
const ROOM = 500;

const named = (seq, text) => ({ text });
const boxes = all(".ladder");
const ladders = boxes.map((box, side) => new Ladder(box, words, { onSelect: (id) => ladders[side].select(id), named, room: ROOM }));
const findingsView = new Findings($(".findings"), words, { onGo: (name) => acts[name]() });
const table = new AlignmentTable($(".aligned"), words, { onPick: (row) => seek(heightOf(pair.aligned.rows[row])) });
const transport = new Transport($(".transport"), { words, act: (what, value) => acts[what]?.(value) });

/** The two runs on the page, their alignment and their playhead. */
let pair;
/** Where the recordings part, to compare with runs of this machine. */
let recorded;

/** Shows two runs. */
function show(runs) {
  const aligned = align(...runs.map(normalize));
  const layouts = alignedLayouts(runs, aligned);
  const playhead = new Playhead(combined(layouts));
  const histories = runs.map((events) => {
    const history = new History();
    for (const event of events) history.add(event);
    return history;
  });
  const narrated = runs.map((events) => new NarratedRun(events, words));
  pair = { runs, aligned, layouts, playhead, histories, layout: combined(layouts), drawn: "" };
  ladders.forEach((ladder, side) => {
    ladder.reset();
    ladder.add(markedItems(side));
  });
  findingsView.set(findings(aligned, narrated, words), aligned.complete);
  table.set(aligned, narrated);
  playhead.y = pair.layout.end;
  draw(0);
  reveal(partingHeight() ?? 0);
}

/** The items of a picture: with the line where the runs part, and marks for entries that differ or are alike below it. */
function markedItems(side) {
  const key = ["a", "b"][side];
  const { layouts, aligned } = pair;
  const differ = new Set(aligned.rows.filter(({ same }) => !same).map((row) => row[key]?.item).filter(Boolean));
  const y = partingHeight();
  if (y === null) return [...layouts[side].items.values()];
  const items = [...layouts[side].items.values()].map((item) => {
    const differs = differ.has(item.key) || differ.has(item.key.replace("ribbon", "state"));
    return differs ? { ...item, mark: "differs" } : item.y > y ? { ...item, mark: "alike" } : item;
  });
  return [...items, { kind: "parting", key: "parting", y, text: words("compare.here") }];
}

/** The height of the line at which the runs part; null where they do not. */
function partingHeight() {
  const { parting } = pair.aligned;
  return parting && Math.max(heightOf(parting) - ABOVE, 1);
}

/** The height of a row. */
function heightOf({ a, b }) {
  const [left, right] = pair.layouts;
  return Math.min(a ? left.ys[a.seq] : Infinity, b ? right.ys[b.seq] : Infinity);
}

function seek(y) {
  pair.playhead.playing = false;
  pair.playhead.seek(y);
  draw(0);
  reveal(y);
}

/** Scrolls both pictures to a height, and keeps it in sight while the page takes its shape. */
function reveal(y) {
  pair.revealed = y;
  for (const box of boxes) box.scrollTop = Math.max(0, y - box.clientHeight * 0.4);
  table.reveal();
}

async function load() {
  const answers = await Promise.allSettled(data.sides.map(({ name }) => recording(addressesOf(name).events)));
  const lacks = answers.findIndex(({ reason }) => reason);
  if (lacks >= 0) {
    const { reason } = answers[lacks];
    if (!(reason instanceof ApiError)) throw reason;
    const side = words(lacks === 0 ? "compare.left" : "compare.right");
    const isAway = reason.answer.error === "server";
    notice("lost", `${side}: ${isAway ? words("error.server") : `${words("compare.missing")} ${data.sides[lacks].name}`}`);
    return $(".compare").classList.add("empty");
  }
  const runs = answers.map(({ value }) => value);
  show(runs);
  recorded = partingKey(pair.aligned);
  runs.forEach(tellOrigin);
  $("[data-act=both]").hidden = !data.live;
}

/** Where runs part, as a text to compare. */
const partingKey = ({ parting }) => parting && [parting.a?.key, parting.b?.key].join("\n");

function tellOrigin(events, side) {
  const [first] = events;
  const isHere = pair.here || data.sides[side].name.startsWith("run:");
  const key = events.at(-1).type !== "end" ? "stage.live" : isHere ? "stage.played" : "stage.recorded";
  all(".versus .origin")[side].textContent = first.type === "run" ? words(key, first) : words("end.failed", events.at(-1));
}

/** Plays both scripts on this kernel and compares these runs. */
async function playBoth() {
  const button = $("[data-act=both]");
  if (!pair || !data.live || button.disabled) return;
  button.disabled = true;
  notice("plays", words("compare.running"));
  const onWait = (position) => notice("waits", words("stage.queue", { place: position }));
  try {
    const runs = await Promise.all(pair.runs.map(([{ scenario, script }]) => played(scenario ? { scenario } : { script }, { onWait })));
    const cut = runs.map((events) => events.at(-1)).find(({ how }) => how !== "played");
    if (cut) return notice("lost", words("compare.cut", cut));
    show(runs);
    pair.here = true;
    runs.forEach(tellOrigin);
    findingsView.add(words(partingKey(pair.aligned) === recorded ? "compare.as_recorded" : "compare.not_as_recorded"));
    notice();
  } catch (error) {
    notice("lost", errorText(words, error));
  } finally {
    button.disabled = false;
  }
}

// Actions of the visitor.

const go = (what) => {
  const { [what]: found } = pair?.aligned ?? {};
  if (!found) return;
  seek(heightOf(what === "outcome" ? { a: found.a ?? found.origin.a, b: found.b ?? found.origin.b } : found));
  // On a narrow page the pictures are below the findings.
  if (matchMedia("(max-width: 60rem)").matches) $(".switches").scrollIntoView();
};
const step = (direction, name) => pair?.playhead.step(direction, pair.layout[name]);
const acts = {
  both: playBoth,
  run: playBoth,
  parting: () => go("parting"),
  outcome: () => go("outcome"),
  play: () => pair?.playhead.toggle(),
  back: () => step(-1, "keyframes"),
  forth: () => step(1, "keyframes"),
  before: () => step(-1, "changes"),
  next: () => step(1, "changes"),
  home: () => pair?.playhead.seek(0),
  end: () => pair?.playhead.seek(pair.layout.end),
  seek(part) {
    if (!pair) return;
    pair.playhead.playing = false;
    pair.playhead.seek(part * pair.layout.end);
  },
  view: () => open($(".aligned").hidden),
  keys: display.keys,
  projector: () => display.projector(),
};

/** Shows the table in place of the pictures, or the pictures. */
function open(isTable) {
  $(".aligned").hidden = !isTable;
  $(".pictures").classList.toggle("covered", isTable);
  press("view", isTable ? "table" : "picture");
  if (isTable) table.reveal();
}

/** Presses one button of a group. */
function press(group, value) {
  for (const button of all(`.switches [data-${group}]`)) button.setAttribute("aria-pressed", button.dataset[group] === value);
}

for (const button of all(".bar [data-act]")) button.addEventListener("click", () => acts[button.dataset.act]());
for (const button of all(".switches :is(.runs, .shows) button")) {
  button.addEventListener("click", () => {
    const { run, view: shows } = button.dataset;
    if (shows) return open(shows === "table");
    press("run", run);
    $(".compare").dataset.shown = run;
  });
}
listen((act) => acts[act]?.(), { d: "parting", o: "outcome" });
display.watch({
  onHost: (host) => ladders.forEach((ladder) => ladder.showCallsOf(host)),
  onPrint(starts) {
    if (!pair) return;
    const { playhead, layout } = pair;
    ladders.forEach((ladder) => (starts ? ladder.unroll(layout.end) : ladder.roll(playhead.y, playhead.y >= layout.end)));
  },
});

// The two pictures scroll together.
const shape = new ResizeObserver(() => pair?.revealed !== undefined && reveal(pair.revealed));
boxes.forEach((box) => shape.observe(box));
boxes.forEach((box, side) => box.addEventListener("scroll", () => {
  if (Math.abs(boxes[1 - side].scrollTop - box.scrollTop) > 1) boxes[1 - side].scrollTop = box.scrollTop;
}));

for (const [side, link] of all(".versus h2 a").entries()) link.href = addressesOf(data.sides[side].name).page;

// One frame: the page follows the playhead's height.

let before = performance.now();
function frame(now) {
  const elapsed = now - before;
  before = now;
  if (pair) draw(elapsed);
  requestAnimationFrame(frame);
}

function draw(elapsed) {
  const { playhead, layout, layouts, histories } = pair;
  playhead.speed = transport.speed;
  playhead.tick(elapsed);
  const drawn = `${playhead.y} ${playhead.playing}`;
  if (drawn === pair.drawn) return;
  pair.drawn = drawn;
  pair.revealed = undefined; // the playhead has moved on
  const models = histories.map((history, side) => history.at(layouts[side].count(playhead.y)));
  ladders.forEach((ladder, side) => ladder.show(playhead.y, playhead.y >= layout.end));
  all(".run").forEach((run, side) => {
    for (const label of run.querySelectorAll("[data-host]")) {
      const state = shown(models[side].hosts[label.dataset.host])?.state ?? "CLOSED";
      label.textContent = label.dataset.state = state;
    }
  });
  const times = layouts.map((one) => duration(one.time(playhead.y)));
  transport.show({ playhead, layout, model: models[0], running: false, hiddenFrom: { y: Infinity }, clock: times.join(" · ") });
}

load();
requestAnimationFrame(frame);
