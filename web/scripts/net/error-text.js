// Why the server does not do what was asked for, in a sentence.

import { Refused } from "./api.js";

/** Refusals that are the same wherever somebody asks. */
const COMMON = ["full", "gone", "machine", "server"];

/** The sentence for an error; `own` names the words of refusals that mean something else here. Any other error is a fault of the page. */
export function refusal(words, error, own = {}) {
  if (!(error instanceof Refused)) throw error;
  const { error: kind, remedy, ...facts } = error.answer;
  const key = own[kind] ?? (COMMON.includes(kind) ? `error.${kind}` : (own.other ?? "error.other"));
  return words(key, { message: kind, ...facts, ...remedy });
}
