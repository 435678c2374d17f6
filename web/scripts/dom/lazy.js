// Loads parts of the page at their first use.

import { say } from "./notice.js";
import { words } from "./words.js";

/** A function that calls `load` once and returns its promise. A failed load is tried again at the next call. */
export function lazy(load) {
  let loaded;
  return () =>
    (loaded ??= load().catch((error) => {
      loaded = undefined;
      say(words("error.server"), true);
      throw error;
    }));
}
