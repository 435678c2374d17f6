// Where two runs part, in words: those of their own accounts, never a lesson's. Pure: knows no DOM and no clock.

import { Account } from "../model/narration.js";
import { bare } from "./normalize.js";

/**
 * What one run did there: `who` did `what`, and `why` where a cause is known; or in `none` what to say where it did nothing.
 * @typedef {{who?: string, what?: string, why?: string, line?: {number: number, text: string}, none?: string}} Telling
 * @typedef {{name: string, head: string, text: string, a: Telling, b: Telling}} Finding
 */

/** A run in words. */
export class Told {
  account;
  #rows = new Map();
  #lines = new Map();

  constructor(events, words) {
    this.account = new Account(words);
    for (const event of events) this.account.add(event);
    for (const row of this.account.rows) for (const seq of [row.seq, row.began]) if (!this.#rows.has(seq)) this.#rows.set(seq, row);
    for (const { type, line, text } of events) if (type === "step") this.#lines.set(line, bare(text));
  }

  /** The row that tells a deed; none where another tells it too. */
  row = ({ seq }) => this.#rows.get(seq);

  /** Whether a deed's row tells what began before it, as a call that gave its result at once does. */
  isBeginning = ({ seq }) => this.#rows.get(seq)?.began === seq;

  line = (number) => this.#lines.get(number);

  /** A deed in a few words: who, what, why, and the line of the script that asked for it. */
  tell(deed) {
    const line = { number: deed.line, text: this.line(deed.line) };
    if (deed.kind === "order") return { line };
    const { place, what, why } = this.row(deed);
    if (deed.kind !== "enter") return { who: place, what, why };
    // `client connect` makes its socket first; else the line names the call itself.
    const isNamed = line.text.split(" ")[1] === deed.like.split(" ")[2];
    return isNamed ? { line } : { who: place, what, why, line };
  }

  /** The same as one text. */
  say(deed, words) {
    if (deed.kind === "order") return words("tell.line", { line: deed.line, text: this.line(deed.line) });
    const { place, what } = this.row(deed);
    return [place, what].filter(Boolean).join(": ");
  }
}

/** What two aligned runs have to say: where they part, and the first deed that both did with another outcome. */
export function findings({ parting, outcome }, [left, right], words) {
  if (!parting) return [];
  const told = [part(parting, left, right, words)];
  // Where the runs part by an outcome there is no other to tell of.
  const again = outcome && (outcome.a ?? outcome.b) !== (outcome.a ? parting.a : parting.b);
  return again ? [...told, other(outcome, left, right, words)] : told;
}

function part({ common, a, b, goesOn }, left, right, words) {
  const isOrdered = [a, b].some((deed) => deed && ["enter", "order"].includes(deed.kind));
  const begins = common ? words("compare.common", { what: left.say(common.a, words) }) : words("compare.never");
  const none = (isOver) => ({ none: words(isOver ? "compare.ends" : "compare.goes_on") });
  return {
    name: "parting",
    head: words("compare.parts"),
    text: `${begins} ${words(isOrdered ? "compare.scripts" : "compare.kernels")}`,
    a: a ? left.tell(a) : none(!goesOn),
    b: b ? right.tell(b) : none(!goesOn),
  };
}

function other({ deed, a, b }, left, right, words) {
  const line = deed.a.kind === "enter" ? { number: deed.a.line, text: left.line(deed.a.line) } : undefined;
  const what = deed.a.kind === "enter" ? words("tell.line", { line: line.number, text: line.text }) : left.say(deed.a, words);
  const tell = (told, one) => (one ? told.tell(one) : { none: words("compare.nothing") });
  return { name: "outcome", head: words("compare.outcome"), text: words("compare.deed", { what }), a: tell(left, a), b: tell(right, b) };
}
