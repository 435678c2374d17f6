// The menu of a run's file formats: links to the server, which makes the files.

export class ExportMenu {
  #box;

  /** `box` is a details element with a link for each format. */
  constructor(box) {
    this.#box = box;
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !box.open) return;
      event.stopPropagation(); // the stage would close the inspector, too
      this.#close();
      box.querySelector("summary").focus();
    });
    addEventListener("pointerdown", ({ target }) => !box.contains(target) && this.#close());
    box.addEventListener("focusout", ({ relatedTarget }) => relatedTarget && !box.contains(relatedTarget) && this.#close());
    box.addEventListener("click", ({ target }) => target.closest("a") && this.#close());
  }

  /** Offers the files of a run by the run's address; without an address the menu is hidden. */
  offer(address) {
    this.#box.hidden = !address;
    if (!address) return this.#close();
    for (const link of this.#box.querySelectorAll("a")) {
      const { format, host } = link.dataset;
      const query = new URLSearchParams({ lang: document.documentElement.lang, ...(host && { host }) });
      link.href = `${address}/${format}?${query}`;
    }
  }

  #close() {
    this.#box.open = false;
  }
}
