// Texts of scenarios → elements: the rule of server/content/markup.rs.

/** Puts a scenario's text into an element. The markup has `code` and *stress* only; a mark without a partner stands for itself. */
export function markup(element, text) {
  if (element.dataset.text === text) return;
  element.dataset.text = text;
  const parts = text.split(/(`[^`]+`|\*[^*]+\*)/); // texts without marks at even places, marked ones at odd places
  element.replaceChildren(...parts.map((part, index) => (index % 2 ? marked(part) : part)).filter(Boolean));
}

function marked(part) {
  const element = document.createElement(part[0] === "`" ? "code" : "em");
  element.textContent = part.slice(1, -1);
  return element;
}
