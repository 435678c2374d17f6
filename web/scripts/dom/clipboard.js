// Copies a text.

/**
 * Copies the text of an element; resolves with whether the browser took it. Only pages from a safe origin may write to the
 * clipboard; everywhere else the text is selected and copied as a visitor would do it.
 */
export async function copy(element) {
  const text = element.value ?? element.textContent;
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    if (element.select) element.select();
    else getSelection().selectAllChildren(element);
    return document.execCommand("copy");
  }
}
