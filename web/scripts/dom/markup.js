// Texts of scenarios → nodes.

/** Puts a scenario's text into a node: `code` and *stress* are all the markup there is. */
export function markup(node, text) {
  if (node.dataset.text === text) return;
  node.dataset.text = text;
  const parts = text.split(/(`[^`]+`|\*[^*]+\*)/).filter(Boolean);
  node.replaceChildren(
    ...parts.map((part) => {
      const tag = { "`": "code", "*": "em" }[part[0]];
      if (!tag) return part;
      const inner = document.createElement(tag);
      inner.textContent = part.slice(1, -1);
      return inner;
    }),
  );
}
