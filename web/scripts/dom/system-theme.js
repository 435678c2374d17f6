// Light or dark as the visitor's system is. Runs before the page is drawn.

const system = matchMedia("(prefers-color-scheme: dark)");
const show = () => (document.documentElement.dataset.theme = system.matches ? "dark" : "light");

show();
system.addEventListener("change", show);
