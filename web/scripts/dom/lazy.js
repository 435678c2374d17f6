// Parts of the page that most visitors never want: each comes when somebody does.

import { say } from "./notice.js";
import { words } from "./words.js";

/** A function that gives what `load` brought when it was first called. What cannot be had is tried again the next time. */
export function later(load) {
  let brought;
  return () =>
    (brought ??= load().catch((error) => {
      brought = undefined;
      say(words("error.server"), true);
      throw error;
    }));
}
