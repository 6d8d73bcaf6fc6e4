/* The filters: the legend's boxes with live counts, years with a histogram, papers of a thing, confidence. */
"use strict";

const Filters = (() => {
  const { el, sign, line, bars } = Panel;
  const byId = (id) => document.getElementById(id);

  class Filters {
    /** `change(part of the state, done)`: called while a slider moves and, with `done`, when it stands. */
    constructor(data, change) {
      Object.assign(this, { data, change });
      this.boxes = { types: this.legend("type", data.types, sign), relations: this.legend("relation", data.relations, line) };
      this.dates();
      this.number("least", Math.max(1, ...data.nodes.papers), 1);
      this.number("sure", 100, 5);
    }

    legend(name, rows, icon) {
      const group = `${name}s`;
      return rows.map((row) => {
        const box = el("input", { type: "checkbox", name, value: row.key, change: () => this.change({ [group]: this.boxes[group].map((b) => b.checked) }, true) });
        byId(group).append(el("label", { title: row.about, "data-key": row.key }, box, icon(row), el("span", { class: "name" }, row.plural ?? row.label), el("output", { id: `${name}-${row.key}`, class: "number" })));
        return box;
      });
    }

    /** Two sliders under the papers by year; together they are a range, whichever is the lower. */
    dates() {
      const span = this.data.meta.years;
      byId("dates").hidden = span.length < 3;
      if (span.length < 3) return;
      const [low, high] = [span[0], span[0] + span.length - 2];
      this.range = [low, high];
      const moved = (done) => () => {
        const chosen = this.sliders.map((s) => Number(s.value)).sort((a, b) => a - b);
        this.change({ years: chosen[0] === low && chosen[1] === high ? null : chosen }, done);
      };
      this.sliders = [["From year", low], ["To year", high]].map(([label, value], k) =>
        el("input", { type: "range", id: k ? "to" : "from-year", min: low, max: high, step: 1, value, "aria-label": label, input: moved(false), change: moved(true) }));
      byId("years").append(...this.sliders);
    }

    number(id, most, step) {
      const slider = byId(id);
      slider.max = id === "least" ? Math.min(most, 50) : most;
      slider.step = step;
      byId(`${id}-row`).hidden = Number(slider.max) <= Number(slider.min);
      ["input", "change"].forEach((event) => slider.addEventListener(event, () => this.change({ [id]: Number(slider.value) }, event === "change")));
    }

    /** Show a state and the counts of what is visible under it. */
    show(state, shown) {
      const { data } = this;
      [["type", data.types, shown.typeCounts, state.types], ["relation", data.relations, shown.relationCounts, state.relations]].forEach(([name, rows, counts, ticked]) =>
        rows.forEach((row, n) => {
          byId(`${name}-${row.key}`).textContent = counts[n].toLocaleString("en");
          this.boxes[`${name}s`][n].checked = ticked[n];
        }));
      byId("least").value = state.least;
      byId("least-value").textContent = state.least > 1 ? `${state.least} or more` : "any";
      byId("sure").value = state.sure;
      byId("sure-value").textContent = state.sure ? `${state.sure} % or more` : "any";
      if (!this.sliders) return;
      const years = state.years ?? this.range;
      this.sliders.forEach((slider, k) => (slider.value = years[k]));
      byId("years-value").textContent = state.years ? (years[0] === years[1] ? `${years[0]}` : `${years[0]} to ${years[1]}`) : "all";
      const total = data.meta.years.slice(1).reduce((sum, n) => sum + n, 0);
      const key = years.join();
      if (this.drawn === key) return;
      this.drawn = key;
      byId("histogram").replaceChildren(
        bars(data.meta.years, { label: `${Logic.count(total, "paper")} by year, ${this.range[0]} to ${this.range[1]}`, within: years, height: 34 }),
        el("p", { class: "ends", "aria-hidden": "true" }, el("span", {}, this.range[0]), el("span", {}, this.range[1])));
    }
  }

  return { Filters };
})();
