/* The search field with its suggestions. */
"use strict";

class Find {
  /** `take(node)`: a hit was chosen; `none(text)`: nothing has that name. */
  constructor(data, { take, none }) {
    Object.assign(this, { data, take, none, chosen: -1 });
    this.index = Logic.searchIndex(data.nodes);
    this.field = document.querySelector("input[type=search]");
    this.hits = document.getElementById("hits");
    this.field.addEventListener("input", () => this.suggest());
    this.field.addEventListener("focus", () => this.field.value.trim() && this.suggest());
    this.field.addEventListener("blur", () => this.hide());
    this.field.addEventListener("keydown", (event) => this.key(event));
  }

  hide() {
    this.hits.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
  }

  options() {
    return [...this.hits.querySelectorAll("[data-node]")];
  }

  suggest() {
    const { el, sign, own } = Panel;
    const { nodes, types } = this.data;
    const found = Logic.search(this.index, this.field.value);
    this.chosen = -1;
    this.hits.replaceChildren(...found.map((n, k) =>
      el("li", { role: "option", id: `hit-${k}`, "data-node": n, "aria-selected": "false", pointerdown: (event) => { event.preventDefault(); this.pick(n); } },
        sign(types[nodes.type[n]]), own(nodes.label[n], "span"),
        el("small", {}, nodes.type[n] === Logic.PAPER ? String(nodes.year[n] || "") : Logic.count(nodes.papers[n], "paper")))));
    if (!found.length && this.field.value.trim()) this.hits.append(el("li", { class: "none", role: "option", "aria-disabled": "true" }, "Nothing has that name."));
    this.hits.hidden = !this.field.value.trim();
    this.field.setAttribute("aria-expanded", String(!this.hits.hidden));
    this.field.removeAttribute("aria-activedescendant");
  }

  pick(node) {
    this.hide();
    this.take(node);
  }

  step(by) {
    const options = this.options();
    if (!options.length) return;
    options[this.chosen]?.setAttribute("aria-selected", "false");
    this.chosen = (this.chosen + by + options.length + (this.chosen < 0 && by < 0 ? 1 : 0)) % options.length;
    options[this.chosen].setAttribute("aria-selected", "true");
    options[this.chosen].scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", options[this.chosen].id);
  }

  key(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const best = this.options()[Math.max(0, this.chosen)]?.dataset.node ?? Logic.search(this.index, this.field.value, 1)[0];
      if (best !== undefined) this.pick(Number(best));
      else if (this.field.value.trim()) this.none(this.field.value.trim());
    } else if (event.key === "Escape" && !this.hits.hidden) {
      event.stopPropagation();
      this.hide();
    }
  }

  /** Ask for the other end of a path, or for anything. */
  ask(text) {
    this.field.placeholder = text || "Search names, titles, ids";
    this.field.value = "";
    this.field.focus();
  }
}
