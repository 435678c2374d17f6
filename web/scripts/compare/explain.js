// Where two runs part, in the words of their own narrations, never a lesson's. Pure: knows no DOM and no clock.

import { Narration } from "../model/narration.js";

/**
 * The statement for one run: `who` did `what`, and `why` where a cause is known; `none` is the text where the run did
 * nothing.
 * @typedef {{who?: string, what?: string, why?: string, line?: {number: number, text: string}, none?: string}} Statement
 * @typedef {{name: string, head: string, text: string, a: Statement, b: Statement}} Finding
 */

/** A run in words. */
export class NarratedRun {
  narration;
  #rows = new Map();
  #lines = new Map();

  constructor(events, words) {
    this.narration = new Narration(words);
    for (const event of events) this.narration.add(event);
    for (const row of this.narration.rows) for (const seq of [row.seq, row.began]) if (!this.#rows.has(seq)) this.#rows.set(seq, row);
    for (const { type, line, action, verb } of events) if (type === "step") this.#lines.set(line, { text: action, verb });
  }

  /** The narration's row for an entry. */
  row = ({ seq }) => this.#rows.get(seq);

  /** Whether an entry's row is about its beginning too, as that of a call which gave its result at once. */
  isBeginning = ({ seq }) => this.#rows.get(seq)?.began === seq;

  /** The action of a line. */
  line = (number) => this.#lines.get(number)?.text;

  /** The statement for an entry: who, what, why, and the script's line. */
  statement(entry) {
    const line = { number: entry.line, text: this.line(entry.line) };
    if (entry.kind === "order") return { line };
    const { where, what, why } = this.row(entry);
    if (entry.kind !== "enter") return { who: where, what, why };
    // `client connect` makes its socket first; else the line names the call itself.
    const isNamed = this.#lines.get(entry.line)?.verb === entry.call;
    return isNamed ? { line } : { who: where, what, why, line };
  }

  /** An entry as one sentence. */
  sentence(entry, words) {
    if (entry.kind === "order") return words("tell.line", { line: entry.line, text: this.line(entry.line) });
    const { where, what } = this.row(entry);
    return [where, what].filter(Boolean).join(": ");
  }
}

/** The findings about two aligned runs: where they part, and the first common entry with another outcome. */
export function findings({ parting, outcome }, [left, right], words) {
  if (!parting) return [];
  const parts = [partingOf(parting, left, right, words)];
  // An outcome by which the runs part is no second finding.
  const again = outcome && (outcome.a ?? outcome.b) !== (outcome.a ? parting.a : parting.b);
  return again ? [...parts, outcomeOf(outcome, left, right, words)] : parts;
}

function partingOf({ common, a, b, goesOn }, left, right, words) {
  const isOrdered = [a, b].some((entry) => entry && ["enter", "order"].includes(entry.kind));
  const begins = common ? words("compare.common", { what: left.sentence(common.a, words) }) : words("compare.never");
  const none = (isOver) => ({ none: words(isOver ? "compare.ends" : "compare.goes_on") });
  return {
    name: "parting",
    head: words("compare.parts"),
    text: `${begins} ${words(isOrdered ? "compare.scripts" : "compare.kernels")}`,
    a: a ? left.statement(a) : none(!goesOn),
    b: b ? right.statement(b) : none(!goesOn),
  };
}

function outcomeOf({ origin, a, b }, left, right, words) {
  const line = origin.a.kind === "enter" ? { number: origin.a.line, text: left.line(origin.a.line) } : undefined;
  const what = origin.a.kind === "enter" ? words("tell.line", { line: line.number, text: line.text }) : left.sentence(origin.a, words);
  const statement = (run, entry) => (entry ? run.statement(entry) : { none: words("compare.nothing") });
  return { name: "outcome", head: words("compare.outcome"), text: words("compare.deed", { what }), a: statement(left, a), b: statement(right, b) };
}
