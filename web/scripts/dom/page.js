// The page: its data from the server, and its elements.

export const data = JSON.parse(document.getElementById("data").textContent);

/** The first element that fits a selector, or null. */
export const $ = (selector) => document.querySelector(selector);
