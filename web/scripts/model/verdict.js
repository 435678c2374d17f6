// The verdict on a claim, from its checks. Pure; server/content/article.rs has the same rule for recordings.

export function verdict(checks) {
  if (!checks.length) return "open";
  if (checks.every((check) => check.ok)) return "holds";
  return checks.some((check) => check.ok) ? "partly" : "fails";
}
