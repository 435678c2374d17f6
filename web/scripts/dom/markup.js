// Texts of scenarios → elements.

/** Puts a scenario's text into an element. The markup has `code` and *stress* only. */
export function markup(element, text) {
  if (element.dataset.text === text) return;
  element.dataset.text = text;
  const parts = text.split(/(`[^`]+`|\*[^*]+\*)/).filter(Boolean);
  element.replaceChildren(
    ...parts.map((part) => {
      const tag = { "`": "code", "*": "em" }[part[0]];
      if (!tag) return part;
      const inner = document.createElement(tag);
      inner.textContent = part.slice(1, -1);
      return inner;
    }),
  );
}
