// What every page's own script begins with: what the server gave it, and a way to its elements.

export const data = JSON.parse(document.getElementById("data").textContent);

export const $ = (selector) => document.querySelector(selector);
