// What becomes of a claim, from whether each of its checks was true. Pure; server/article.rs says the same of recordings.

export function verdict(checks) {
  if (!checks.length) return "open";
  if (checks.every((check) => check.ok)) return "holds";
  return checks.some((check) => check.ok) ? "partly" : "fails";
}
