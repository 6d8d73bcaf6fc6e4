/* The dialog that gives the view away: as link, command, query, picture, table. Nothing leaves the page but by the reader's
   hand: files are made here, as blobs. */
"use strict";

class Sharing {
  /** `now()`: {state, shown, way (edges of the path)}. */
  constructor(data, map, now) {
    Object.assign(this, { data, map, now });
    document.querySelectorAll("[data-copy]").forEach((b) => b.addEventListener("click", () => this.copy(b.dataset.copy)));
    document.querySelectorAll("[data-save]").forEach((b) => b.addEventListener("click", () => this.save(b.dataset.save)));
  }

  open() {
    const { state, shown, way } = this.now();
    const things = shown.nodes.filter((n) => this.data.nodes.type[n] !== Logic.PAPER).length;
    const texts = {
      link: location.href,
      command: Take.command(this.data, state, { shown: things, way }),
      sparql: Take.sparql(this.data, state, { shown: things, way }),
    };
    Object.entries(texts).forEach(([name, text]) => (document.getElementById(`as-${name}`).value = text));
    document.getElementById("copied").textContent = "";
    document.getElementById("share-dialog").showModal();
  }

  async copy(name) {
    const field = document.getElementById(`as-${name}`);
    const said = document.getElementById("copied");
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      said.textContent = "Copied.";
    } catch {
      said.textContent = "Selected: copy it with Ctrl+C."; // the browser keeps the clipboard to itself
    }
  }

  async save(form) {
    const { state, shown } = this.now();
    const made = {
      png: () => this.map.picture(),
      svg: () => new Blob([Take.svg(this.map.scene(), document.title)], { type: "image/svg+xml" }),
      csv: () => new Blob(["\ufeff", Take.csv(this.data, shown)], { type: "text/csv" }), // the mark tells spreadsheets of UTF-8
      json: () => new Blob([Take.json(this.data, shown, State.write(this.data, state))], { type: "application/json" }),
    };
    const url = URL.createObjectURL(await made[form]());
    Panel.el("a", { href: url, download: `graph.${form}` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }
}
