// What the page's scripts say, in the language that the page is in.

import { fill } from "./fill.js";

// A page loads these before any module runs, as a file that knows the language, so that no module waits for them.
const table = globalThis.words;

/** The text of a key with its gaps filled; the key where there is none, which a test finds. */
export const words = (key, values) => fill(table[key] ?? key, values);
