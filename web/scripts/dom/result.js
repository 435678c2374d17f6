// What a call gave, as it stands in a page. A name that was not observed is always marked as such.

/** Puts a result into a node, with what stands before and after it. */
export function putResult(node, { text, documented }, { before = "", after = "" } = {}) {
  const said = before + text + after;
  const key = said + (documented ?? "");
  if (node.dataset.shown === key) return;
  node.dataset.shown = key;
  node.title = documented ? `${said}: ${documented}` : said;
  node.replaceChildren(before, documented ? marked(text, documented) : text, after);
}

function marked(text, documented) {
  const name = document.createElement("span");
  name.className = "documented";
  name.title = documented;
  const mark = document.createElement("sup");
  mark.textContent = "Win";
  name.append(mark, text); // the mark first: what is cut off where it is narrow is the name
  return name;
}
