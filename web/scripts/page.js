// What every page's own script begins with: what the server gave it, and a way to its elements.

export const data = JSON.parse(document.getElementById("data").textContent);

export const $ = (selector) => document.querySelector(selector);

/** What only some pages have: classes by their names. Whoever has one puts it here before the page's own script looks. */
export const parts = {};
