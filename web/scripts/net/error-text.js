// Errors of requests in words.

import { ApiError } from "./api.js";

/** Errors with one text for all requests. */
const COMMON = ["full", "gone", "machine", "server"];

/** The sentence for an error; `own` has word keys for errors with another meaning here. Any other exception is a fault of the page and is thrown on. */
export function errorText(words, error, own = {}) {
  if (!(error instanceof ApiError)) throw error;
  const { error: kind, remedy, ...facts } = error.answer;
  const key = own[kind] ?? (COMMON.includes(kind) ? `error.${kind}` : (own.other ?? "error.other"));
  return words(key, { message: kind, ...facts, ...remedy });
}
