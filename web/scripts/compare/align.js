// The entries of two runs side by side: equal ones, and where the runs part. Pure: knows no DOM, no clock and no
// socket.
//
// Cause decides, not the order of independent entries: while two lanes of a run (a thread's calls, a connection's
// segments at one host) do not wait for each other, either may come first. Only the entries that a script orders keep
// their order across lanes. Entries are the same when their keys, their causes and all entries before them in their lane
// are the same. Behind the point where the runs part, entries are only alike and are paired as well as their order
// allows.

/** The most pairs that are compared. Longer runs are paired at both ends only. */
const MOST = 16_000_000;

/**
 * Two entries at one height, or an entry without a match in the other run.
 * @typedef {{a: Entry|null, b: Entry|null, same: boolean}} Row
 */

/**
 * Aligns two runs.
 * @returns {{rows: Row[], parting: Parting|null, outcome: Outcome|null, complete: boolean}} `complete` says whether all entries were compared
 */
export function align(a, b) {
  const same = prefix(a, b);
  const isComplete = same.size === a.length && same.size === b.length;
  const { pairs, complete } = isComplete ? { pairs: new Map(), complete: true } : pair(a, b, same);
  const rows = inOrder(a, b, new Map([...same, ...pairs]), same);
  return { rows, parting: parting(rows), outcome: outcome(a, b, rows), complete };
}

/** The kinds of entries that a script orders. */
const ORDERED = ["enter", "order"];

/** The entries that both runs share from their beginnings on, by index: lane by lane, each after its cause. */
function prefix(a, b) {
  const same = new Map();
  const [lanes, others] = [byLane(a), byLane(b)];
  const [ordered, there] = [a, b].map((all) => all.filter(({ kind }) => ORDERED.includes(kind)));
  const isCaused = (x, y) => (x.cause === null ? y.cause === null : same.get(x.cause) === y.cause);
  const isNext = (x, y) => !ORDERED.includes(x.kind) || (ordered[0] === x && there[0] === y);
  const isSame = (x, y) => x && y && x.key === y.key && isCaused(x, y) && isNext(x, y);
  let grows = true;
  while (grows) {
    grows = false;
    for (const [lane, left] of lanes) {
      const right = others.get(lane) ?? [];
      while (isSame(left[0], right[0])) {
        const [x, y] = [left.shift(), right.shift()];
        same.set(x.index, y.index);
        if (ordered[0] === x) [ordered, there].forEach((all) => all.shift());
        grows = true;
      }
    }
  }
  return same;
}

function byLane(all) {
  const lanes = new Map();
  for (const entry of all) {
    if (!lanes.has(entry.lane)) lanes.set(entry.lane, []);
    lanes.get(entry.lane).push(entry);
  }
  return lanes;
}

/** Pairs the rest in both runs' order, so that as many entries as possible stand beside their like. */
function pair(a, b, same) {
  const taken = new Set(same.values());
  const left = a.filter(({ index }) => !same.has(index));
  const right = b.filter(({ index }) => !taken.has(index));
  const pairs = new Map();
  const join = (x, y) => pairs.set(x.index, y.index);
  while (left.length && right.length && left.at(-1).key === right.at(-1).key) join(left.pop(), right.pop());
  if (left.length * right.length > MOST) return { pairs, complete: false };
  const worth = (x, y) => (x.key === y.key ? 8 : x.like === y.like && x.kind === y.kind ? 5 : beside(a, b, x, y) ? 1 : 0);
  const width = right.length + 1;
  const best = new Uint32Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) {
      const value = worth(left[i], right[j]);
      const paired = value && value + best[(i + 1) * width + j + 1];
      best[i * width + j] = Math.max(paired, best[(i + 1) * width + j], best[i * width + j + 1]);
    }
  }
  for (let [i, j] = [0, 0]; i < left.length && j < right.length; ) {
    const value = worth(left[i], right[j]);
    if (value && best[i * width + j] === value + best[(i + 1) * width + j + 1]) join(left[i++], right[j++]);
    else if (best[(i + 1) * width + j] >= best[i * width + j + 1]) i += 1;
    else j += 1;
  }
  return { pairs, complete: true };
}

/** Whether two entries have the same cause in the same lane: a FIN here, a RST there. */
function beside(a, b, x, y) {
  if (x.kind !== y.kind || x.lane !== y.lane || x.kind === "enter") return false;
  return x.cause !== null && y.cause !== null && a[x.cause].like === b[y.cause].like;
}

/** Rows in the order of both runs. Independent entries keep the order of the left run. */
function inOrder(a, b, pairs, same) {
  const isSame = (x, y) => same.get(x.index) === y.index || (x.key === y.key && pairs.get(x.index) === y.index);
  const paired = new Set(pairs.values());
  const chain = ascending([...pairs].sort(([x], [y]) => x - y));
  const rows = [];
  let [i, j] = [0, 0];
  const until = (x, y) => {
    for (; i < x; i += 1) {
      const other = pairs.has(i) ? b[pairs.get(i)] : null;
      rows.push({ a: a[i], b: other, same: Boolean(other) && isSame(a[i], other) });
    }
    for (; j < y; j += 1) if (!paired.has(j)) rows.push({ a: null, b: b[j], same: false });
  };
  for (const [x, y] of chain) {
    until(x, y);
    rows.push({ a: a[x], b: b[y], same: isSame(a[x], b[y]) });
    [i, j] = [x + 1, y + 1];
  }
  until(a.length, b.length);
  return rows;
}

/** The longest chain of pairs that ascends on both sides. */
export function ascending(pairs) {
  const tails = [];
  const before = [];
  pairs.forEach(([, y], index) => {
    let [low, high] = [0, tails.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pairs[tails[middle]][1] < y) low = middle + 1;
      else high = middle;
    }
    before[index] = tails[low - 1];
    tails[low] = index;
  });
  const chain = [];
  for (let index = tails.at(-1); index !== undefined; index = before[index]) chain.unshift(pairs[index]);
  return chain;
}

/**
 * Where the runs part.
 * @typedef {{row: number, common: Row|null, a: Entry|null, b: Entry|null, goesOn: boolean}} Parting `row` is the first row that differs, `common` the row before it; `goesOn` says whether a later row is the same
 */
function parting(rows) {
  const row = rows.findIndex(({ same }) => !same);
  if (row < 0) return null;
  const end = rows.findIndex(({ same }, index) => same && index > row);
  const block = rows.slice(row, end < 0 ? rows.length : end);
  const first = (side) => block.find((one) => one[side])?.[side] ?? null;
  return { row, common: rows[row - 1] ?? null, a: first("a"), b: first("b"), goesOn: end >= 0 };
}

/** The kinds of effects, the most telling first. */
const TELLING = ["sent", "exit", "state"];
const ORIGINS = ["enter", "order", "delivered"];

/**
 * The first entry of both runs with another outcome: a RST here, a FIN there. `origin` is that entry.
 * @typedef {{origin: Row, a: Entry|null, b: Entry|null}} Outcome
 */
function outcome(a, b, rows) {
  const [came, cameThere] = [consequences(a), consequences(b)];
  for (const origin of rows.filter(({ same, a: one }) => same && ORIGINS.includes(one.kind))) {
    const [left, right] = [came[origin.a.index], cameThere[origin.b.index]];
    const [here, there] = [lacking(left, right), lacking(right, left)];
    const both = ["sent", "exit"].find((kind) => here.some((one) => one.kind === kind) && there.some((one) => one.kind === kind));
    const first = (these) => these.find(({ kind }) => kind === both) ?? these[0] ?? null;
    if (here.length || there.length) return { origin, a: first(here), b: first(there) };
  }
  return null;
}

/** The entries that have no like among the others. Other numbers or texts are the same outcome: earlier data may differ. */
function lacking(these, others) {
  const isText = ({ kind, key }) => kind === "exit" && key.endsWith('"');
  const isLike = (x, y) => x.like === y.like && x.kind === y.kind && (x.kind === "sent" || x.key === y.key || (isText(x) && isText(y)));
  return these.filter((one) => !others.some((other) => isLike(one, other)));
}

/** The effects of each entry, the most telling first. */
function consequences(all) {
  const came = all.map(() => []);
  for (const entry of all) if (entry.cause !== null && TELLING.includes(entry.kind)) came[entry.cause].push(entry);
  for (const list of came) list.sort((x, y) => TELLING.indexOf(x.kind) - TELLING.indexOf(y.kind));
  return came;
}
