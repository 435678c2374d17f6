// The menu of what a run can be taken along as: links to the server, which makes the files.

export class Exports {
  #box;

  /** `box` is a details element with a link for each format. */
  constructor(box) {
    this.#box = box;
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !box.open) return;
      event.stopPropagation(); // else it would close something else, too
      this.#close();
      box.querySelector("summary").focus();
    });
    addEventListener("pointerdown", ({ target }) => !box.contains(target) && this.#close());
    box.addEventListener("focusout", ({ relatedTarget }) => relatedTarget && !box.contains(relatedTarget) && this.#close());
    box.addEventListener("click", ({ target }) => target.closest("a") && this.#close());
  }

  /** Offers a run by the address of its events; none, where there is nothing to take along yet. */
  offer(address) {
    this.#box.hidden = !address;
    if (!address) return this.#close();
    for (const link of this.#box.querySelectorAll("a")) {
      const { format, host } = link.dataset;
      const wish = new URLSearchParams({ lang: document.documentElement.lang, ...(host && { host }) });
      link.href = `${address}/${format}?${wish}`;
    }
  }

  #close() {
    this.#box.open = false;
  }
}
