// Where there is room for the calls of one host only: which one's.

/** `onFace` is called with the host that is shown, at once and whenever the visitor takes the other. */
export function sides(onFace) {
  const buttons = document.querySelectorAll(".sides button");
  const cards = document.querySelector(".hosts");
  const face = (host) => {
    for (const button of buttons) button.setAttribute("aria-pressed", button.dataset.side === host);
    if (cards) cards.dataset.side = host;
    onFace(host);
  };
  for (const button of buttons) button.addEventListener("click", () => face(button.dataset.side));
  face("client");
}
