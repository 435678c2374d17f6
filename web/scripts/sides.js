// Where there is room for the calls of one host only: which one's.

const $ = (selector) => document.querySelector(selector);

/** `onFace` is called with the host that is shown, at once and whenever the visitor takes the other. */
export function sides(onFace) {
  const face = (host) => {
    for (const button of document.querySelectorAll("[data-side]")) button.setAttribute("aria-pressed", button.dataset.side === host);
    $(".hosts").dataset.side = host;
    onFace(host);
  };
  for (const button of document.querySelectorAll("[data-side]")) button.addEventListener("click", () => face(button.dataset.side));
  face("client");
}
