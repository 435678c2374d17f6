// What the page's scripts say, in the language that the page is in.

import { fill } from "./fill.js";

const { default: table } = await import(`../words/${document.documentElement.lang}.js`);

/** The text of a key with its gaps filled; the key where there is none, which a test finds. */
export const words = (key, values) => fill(table[key] ?? key, values);
