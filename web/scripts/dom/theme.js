// Light or dark: the system's choice until the visitor makes one. Runs before the page is drawn.

const remembered = () => {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null; // a browser that stores nothing
  }
};
const system = matchMedia("(prefers-color-scheme: dark)");
const show = () => {
  document.documentElement.dataset.theme = remembered() ?? (system.matches ? "dark" : "light");
};

show();
system.addEventListener("change", show);
addEventListener("DOMContentLoaded", () => {
  document.getElementById("theme").addEventListener("click", () => {
    const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem("theme", next);
    } catch {
      // the choice lasts as long as the page
    }
    document.documentElement.dataset.theme = next;
  });
});
