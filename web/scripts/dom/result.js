// The result of a call in a page. A name that was not observed is always marked.

/** Puts a result into an element, between the texts `before` and `after`. */
export function putResult(element, { text, documented }, { before = "", after = "" } = {}) {
  const shown = before + text + after;
  const key = shown + (documented ?? "");
  if (element.dataset.shown === key) return;
  element.dataset.shown = key;
  element.title = documented ? `${shown}: ${documented}` : shown;
  element.replaceChildren(before, documented ? marked(text, documented) : text, after);
}

function marked(text, documented) {
  const name = document.createElement("span");
  name.className = "documented";
  name.title = documented;
  const mark = document.createElement("sup");
  mark.textContent = "Win";
  name.append(mark, text); // the mark first: on a narrow page the name is cut off
  return name;
}
