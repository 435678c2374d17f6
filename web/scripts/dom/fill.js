/** A text with its gaps filled, such as `{time}`; unknown gaps become empty. */
export const fill = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
