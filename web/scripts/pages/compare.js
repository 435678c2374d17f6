// Two runs side by side: wires their events to what aligns them (deeds, align, stretch), and that to what draws it.

import { align } from "../compare/align.js";
import { stretch, together } from "../compare/aligned-layout.js";
import { Aligned } from "../compare/alignment-table.js";
import { Told, findings } from "../compare/explain.js";
import { Findings } from "../compare/findings.js";
import { deeds } from "../compare/normalize.js";
import * as view from "../dom/display.js";
import { notice } from "../dom/notice.js";
import { $, data } from "../dom/page.js";
import { listen } from "../dom/shortcuts.js";
import { words } from "../dom/words.js";
import { History, duration, shown } from "../model/model.js";
import { Player } from "../model/playhead.js";
import { Refused, played, recording } from "../net/api.js";
import { refusal } from "../net/error-text.js";
import { placeOf } from "../share/recording-ref.js";
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
const told = new Findings($(".findings"), words, { onGo: (name) => acts[name]() });
const table = new Aligned($(".aligned"), words, { onPick: (row) => seek(heightOf(pair.aligned.rows[row])) });
const transport = new Transport($(".transport"), { words, act: (what, value) => acts[what]?.(value) });

/** What is on the page: both runs, how they are aligned, and where the playhead is. */
let pair;
/** Where the recordings part, for whoever plays them here. */
let recorded;

/** Shows two runs. */
function show(runs) {
  const aligned = align(...runs.map(deeds));
  const layouts = stretch(runs, aligned);
  const player = new Player(together(layouts));
  const histories = runs.map((events) => {
    const history = new History();
    for (const event of events) history.add(event);
    return history;
  });
  const tellings = runs.map((events) => new Told(events, words));
  pair = { runs, aligned, layouts, player, histories, layout: together(layouts), drawn: "" };
  ladders.forEach((ladder, side) => {
    ladder.reset();
    ladder.add(marked(side));
  });
  told.set(findings(aligned, tellings, words), aligned.complete);
  table.set(aligned, tellings);
  player.y = pair.layout.end;
  draw(0);
  reveal(partsAt() ?? 0);
}

/** What a picture shows: where the runs part, after that what differs, and quieter what does not. */
function marked(side) {
  const key = ["a", "b"][side];
  const { layouts, aligned } = pair;
  const differ = new Set(aligned.rows.filter(({ same }) => !same).map((row) => row[key]?.item).filter(Boolean));
  const y = partsAt();
  if (y === null) return [...layouts[side].items.values()];
  const items = [...layouts[side].items.values()].map((item) => {
    const differs = differ.has(item.key) || differ.has(item.key.replace("ribbon", "state"));
    return differs ? { ...item, mark: "differs" } : item.y > y ? { ...item, mark: "alike" } : item;
  });
  return [...items, { kind: "parting", key: "parting", y, text: words("compare.here") }];
}

/** Where the line stands that says where the runs part; null where they do not. */
function partsAt() {
  const { parting } = pair.aligned;
  return parting && Math.max(heightOf(parting) - ABOVE, 1);
}

/** The height of what stands in a row. */
function heightOf({ a, b }) {
  const [left, right] = pair.layouts;
  return Math.min(a ? left.ys[a.seq] : Infinity, b ? right.ys[b.seq] : Infinity);
}

function seek(y) {
  pair.player.playing = false;
  pair.player.seek(y);
  draw(0);
  reveal(y);
}

/** Brings a height into sight, with what came before it, and keeps it there while the page takes its shape. */
function reveal(y) {
  pair.looked = y;
  for (const box of boxes) box.scrollTop = Math.max(0, y - box.clientHeight * 0.4);
  table.reveal();
}

async function load() {
  const asked = await Promise.allSettled(data.sides.map(({ name }) => recording(placeOf(name).events)));
  const lacks = asked.findIndex(({ reason }) => reason);
  if (lacks >= 0) {
    const { reason } = asked[lacks];
    if (!(reason instanceof Refused)) throw reason;
    const side = words(lacks === 0 ? "compare.left" : "compare.right");
    const isAway = reason.answer.error === "server";
    notice("lost", `${side}: ${isAway ? words("error.server") : `${words("compare.missing")} ${data.sides[lacks].name}`}`);
    return $(".compare").classList.add("empty");
  }
  const runs = asked.map(({ value }) => value);
  show(runs);
  recorded = place(pair.aligned);
  runs.forEach(tellOrigin);
  $("[data-act=both]").hidden = !data.live;
}

/** Where runs part, to be held against where others do. */
const place = ({ parting }) => parting && [parting.a?.key, parting.b?.key].join("\n");

function tellOrigin(events, side) {
  const [first] = events;
  const isHere = pair.here || data.sides[side].name.startsWith("run:");
  const key = events.at(-1).type !== "end" ? "stage.live" : isHere ? "stage.played" : "stage.recorded";
  all(".versus .origin")[side].textContent = first.type === "run" ? words(key, first) : words("end.failed", events.at(-1));
}

/** Plays both scripts on this kernel and judges anew. */
async function both() {
  const button = $("[data-act=both]");
  if (!pair || !data.live || button.disabled) return;
  button.disabled = true;
  notice("plays", words("compare.running"));
  const onWait = (place) => notice("waits", words("stage.queue", { place }));
  try {
    const runs = await Promise.all(pair.runs.map(([{ scenario, script }]) => played(scenario ? { scenario } : { script }, { onWait })));
    const cut = runs.map((events) => events.at(-1)).find(({ how }) => how !== "played");
    if (cut) return notice("lost", words("compare.cut", cut));
    show(runs);
    pair.here = true;
    runs.forEach(tellOrigin);
    told.add(words(place(pair.aligned) === recorded ? "compare.as_recorded" : "compare.not_as_recorded"));
    notice();
  } catch (error) {
    notice("lost", refusal(words, error));
  } finally {
    button.disabled = false;
  }
}

// What the visitor can do.

const go = (what) => {
  const { [what]: found } = pair?.aligned ?? {};
  if (!found) return;
  seek(heightOf(what === "outcome" ? { a: found.a ?? found.deed.a, b: found.b ?? found.deed.b } : found));
  // Where the pictures are below what was found, they come into sight.
  if (matchMedia("(max-width: 60rem)").matches) $(".switches").scrollIntoView();
};
const step = (direction, name) => pair?.player.step(direction, pair.layout[name]);
const acts = {
  both,
  run: both,
  parting: () => go("parting"),
  outcome: () => go("outcome"),
  play: () => pair?.player.toggle(),
  back: () => step(-1, "moments"),
  forth: () => step(1, "moments"),
  before: () => step(-1, "changes"),
  next: () => step(1, "changes"),
  home: () => pair?.player.seek(0),
  end: () => pair?.player.seek(pair.layout.end),
  seek(part) {
    if (!pair) return;
    pair.player.playing = false;
    pair.player.seek(part * pair.layout.end);
  },
  view: () => open($(".aligned").hidden),
  keys: view.keys,
  projector: () => view.projector(),
};

/** The table in the pictures' place, or the other way round. */
function open(isTable) {
  $(".aligned").hidden = !isTable;
  $(".pictures").classList.toggle("covered", isTable);
  press("view", isTable ? "table" : "picture");
  if (isTable) table.reveal();
}

/** Which of a few buttons counts. */
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
view.watch({
  onFace: (host) => ladders.forEach((ladder) => ladder.face(host)),
  onPrint(starts) {
    if (!pair) return;
    const { player, layout } = pair;
    ladders.forEach((ladder) => (starts ? ladder.unroll(layout.end) : ladder.roll(player.y, player.y >= layout.end)));
  },
});

// Whoever looks at a height of one picture looks at it in the other too.
const shape = new ResizeObserver(() => pair?.looked !== undefined && reveal(pair.looked));
boxes.forEach((box) => shape.observe(box));
boxes.forEach((box, side) => box.addEventListener("scroll", () => {
  if (Math.abs(boxes[1 - side].scrollTop - box.scrollTop) > 1) boxes[1 - side].scrollTop = box.scrollTop;
}));

for (const [side, link] of all(".versus h2 a").entries()) link.href = placeOf(data.sides[side].name).page;

// One frame: everything that is shown follows from the playhead's height.

let before = performance.now();
function frame(now) {
  const elapsed = now - before;
  before = now;
  if (pair) draw(elapsed);
  requestAnimationFrame(frame);
}

function draw(elapsed) {
  const { player, layout, layouts, histories } = pair;
  player.speed = transport.speed;
  player.tick(elapsed);
  const drawn = `${player.y} ${player.playing}`;
  if (drawn === pair.drawn) return;
  pair.drawn = drawn;
  pair.looked = undefined; // who moves on looks elsewhere
  const models = histories.map((history, side) => history.at(layouts[side].count(player.y)));
  ladders.forEach((ladder, side) => ladder.show(player.y, player.y >= layout.end));
  all(".run").forEach((run, side) => {
    for (const place of run.querySelectorAll("[data-host]")) {
      const state = shown(models[side].hosts[place.dataset.host])?.state ?? "CLOSED";
      place.textContent = place.dataset.state = state;
    }
  });
  const times = layouts.map((one) => duration(one.time(player.y)));
  transport.show({ player, layout, model: models[0], running: false, veil: { y: Infinity }, clock: times.join(" · ") });
}

load();
requestAnimationFrame(frame);
