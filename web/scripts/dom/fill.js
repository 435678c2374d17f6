/** A text with its gaps filled, such as `{time}`; what is not known is left out. */
export const fill = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
