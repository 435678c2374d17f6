// Lays lessons out with the page's own module, and compares what the server's picture of them has. Gives what differs.
const [{ Layout }, { nameOf }] = await Promise.all(["model/layout.js", "model/model.js"].map((name) => import(`/assets/now/scripts/${name}`)));
const [wrong, near] = [[], (a, b) => Math.abs(a - b) < 0.02];
let compared = 0;
for (const id of IDS) {
  const [lines, text] = await Promise.all(["", "/svg"].map(async (end) => (await fetch(`/api/recordings/${id}${end}`)).text()));
  const layout = new Layout();
  for (const line of lines.trim().split("\n")) layout.add(JSON.parse(line));
  const svg = new DOMParser().parseFromString(text, "image/svg+xml");
  const items = [...layout.items.values()];
  const segments = items.filter(({ kind, id }) => kind === "segment" && id !== undefined);
  const line = (id) => svg.querySelector(`line[data-segment="${id}"]`);
  const offset = Number(line(segments[0].id).getAttribute("y1")) - segments[0].y;
  const words = [...svg.querySelectorAll("g text[x]")].map((node) => ({ y: Number(node.getAttribute("y")) - offset - 12, text: node.textContent }));
  const expect = (what, holds) => {
    compared += 1;
    if (!holds) wrong.push(`${id}: ${what}`);
  };
  const says = (y, text) => words.some((word) => near(word.y, y) && (word.text === text || word.text.includes("…")));
  const names = [...svg.querySelectorAll("text[transform]")].map(({ textContent }) => textContent);
  for (const item of items) {
    if (item.kind === "segment" && item.id !== undefined) {
      const end = item.lost || (item.open && item.held) ? (item.y + item.end) / 2 : item.end;
      const [y1, y2] = ["y1", "y2"].map((name) => Number(line(item.id).getAttribute(name)) - offset);
      expect(`segment ${item.id} ${y1} ${y2} for ${item.y} ${end}`, near(y1, item.y) && (near(y2, end) || (item.open && !item.held)));
      expect(`name ${nameOf(item)}`, names.includes(nameOf(item)) || names.some((name) => name.includes("…")));
    } else if (item.kind === "state") {
      const name = item.gap ? `? ${item.text}` : item.text;
      expect(`state ${name} at ${item.y}`, says(item.y, item.observed ? name : `(${name})`));
    } else if (item.kind === "call" && item.gave !== undefined && !item.waited) {
      expect(`call ${item.text} = ${item.gave} at ${item.y}`, says(item.y, `${item.text} = ${item.gave}`));
    } else if (item.kind === "call") {
      expect(`call ${item.text} at ${item.y}`, says(item.y, `${item.text} ⋯`));
      if (item.gave !== undefined) expect(`end of ${item.text} at ${item.end}`, says(item.end, `${item.text.replace(/\(.*/, "()")} = ${item.gave}`));
    } else if (item.kind === "idle") {
      expect(`idle at ${item.y}`, words.some(({ y, text }) => near(y + 8, item.y) && text.endsWith("later")));
    }
  }
}
return { wrong: wrong.slice(0, 20), compared };
