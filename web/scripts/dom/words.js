// The texts of the page's scripts, in the language of the page.

import { fill } from "./fill.js";

// A page loads the table before any module runs, as a file for its language, so that no module waits for it.
const table = globalThis.words;

/** The text of a key with its gaps filled; an unknown key is its own text, which a test finds. */
export const words = (key, values) => fill(table[key] ?? key, values);
