// The tabs that choose a host, where there is room for the calls of one host only.

/** `onHost` is called with the chosen host, at once and at each change. */
export function hostTabs(onHost) {
  const buttons = document.querySelectorAll(".host-tabs button");
  const cards = document.querySelector(".hosts");
  const choose = (host) => {
    for (const button of buttons) button.setAttribute("aria-pressed", button.dataset.side === host);
    if (cards) cards.dataset.side = host;
    onHost(host);
  };
  for (const button of buttons) button.addEventListener("click", () => choose(button.dataset.side));
  choose("client");
}
