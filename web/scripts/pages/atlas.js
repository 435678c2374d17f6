// The atlas: arrow keys go from cell to cell, so that the grid is one stop of the Tab key.

const table = document.querySelector(".atlas");
const rows = [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("a")]);

/** The step of an arrow key: rows down, cells to the right. */
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

let here = rows[0][1];

for (const cell of rows.flat()) cell.tabIndex = cell === here ? 0 : -1;

table.addEventListener("focusin", ({ target }) => {
  const cell = target.closest("tbody a");
  if (!cell) return;
  here.tabIndex = -1;
  here = cell;
  here.tabIndex = 0;
});

table.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const row = rows.findIndex((cells) => cells.includes(here));
  const column = rows[row].indexOf(here);
  const [down, right] = STEPS[event.key] ?? [0, 0];
  const next =
    event.key === "Home" ? rows[row][0] : event.key === "End" ? rows[row].at(-1) : rows[row + down]?.[column + right];
  if (!next || (!STEPS[event.key] && event.key !== "Home" && event.key !== "End")) return;
  event.preventDefault();
  next.focus();
});

/** Highlights the column under the pointer or the focus; the styles highlight its row. */
function light({ target }) {
  const cell = target.closest("td, th");
  const column = cell && cell.parentElement.parentElement === table.tBodies[0] ? cell.cellIndex : -1;
  for (const [index, head] of [...table.tHead.rows[1].cells].entries()) head.classList.toggle("lit", index === column && index > 0);
}
for (const kind of ["pointerover", "focusin"]) table.addEventListener(kind, light);
table.addEventListener("pointerleave", () => light({ target: document.activeElement ?? table }));

// On the way back from a cell's page, the cell has the focus.
const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
if (named && table.contains(named)) named.focus();
