// Two pictures of the same height: aligned entries stand beside each other, and an entry of one run leaves a gap in the
// other. Pure: knows no DOM, no clock and no socket.

import { Layout } from "../model/layout.js";
import { ascending } from "./align.js";

/** The gap between the last equal entry and the first difference: room for a line with a word on it. */
export const APART = 26;

/** The layouts of two aligned runs. */
export function alignedLayouts(runs, { rows, parting }) {
  const both = rows.filter(({ a, b }) => a && b).map(({ a, b }) => [a.seq, b.seq]);
  const pairs = ascending(both.sort(([x], [y]) => x - y));
  const floors = seeds(runs.map((events) => laidOut(events)), pairs);
  // A gap moves the entries below it, which may open a gap in the other picture: repeated until none does.
  for (;;) {
    const layouts = runs.map((events, side) => laidOut(events, floors[side]));
    let level = true;
    const raise = (side, seq, y) => {
      if (layouts[side].ys[seq] > y - 0.01) return;
      floors[side].set(seq, y);
      level = false;
    };
    if (parting?.common) {
      const { common } = parting;
      const y = Math.max(layouts[0].ys[common.a.seq], layouts[1].ys[common.b.seq]) + APART;
      if (parting.a) raise(0, parting.a.seq, y);
      if (parting.b) raise(1, parting.b.seq, y);
    }
    for (const pair of pairs) {
      const top = Math.max(...layouts.map(({ ys }, side) => ys[pair[side]]));
      for (const side of [0, 1]) raise(side, pair[side], top);
    }
    if (level) return layouts;
  }
}

function laidOut(events, floors) {
  const layout = new Layout(floors);
  for (const event of events) layout.add(event);
  return layout;
}

/** First floors: of two stretches between the same rows, the longer one is room enough for both. */
function seeds(layouts, pairs) {
  const floors = [new Map(), new Map()];
  let y = 0;
  let before = [0, 0];
  for (const pair of pairs) {
    const now = layouts.map(({ ys }, side) => ys[pair[side]]);
    y += Math.max(now[0] - before[0], now[1] - before[1]);
    for (const side of [0, 1]) floors[side].set(pair[side], y);
    before = now;
  }
  return floors;
}

/** Both pictures as one layout for a playhead, with the keyframes of either. */
export function combined(layouts) {
  const sorted = (name) => [...new Set(layouts.flatMap((layout) => layout[name]))].sort((x, y) => x - y);
  return { end: Math.max(...layouts.map(({ end }) => end)), keyframes: sorted("keyframes"), changes: sorted("changes") };
}
