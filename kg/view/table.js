/* The table of what the map shows: the same things and actions without a canvas, sorted as one likes. */
"use strict";

const Table = (() => {
  const { el } = Panel;
  const MOST = 500; // rows; the rest on demand

  const ALL = [
    { name: "Name", key: ({ nodes }, n) => nodes.label[n].toLocaleLowerCase("en") },
    { name: "Type", key: ({ nodes, types }, n) => types[nodes.type[n]].label },
    { name: "Papers", key: ({ nodes }, n) => nodes.papers[n], down: true },
    { name: "Links", key: (_, n, links) => links.get(n) ?? 0, down: true },
    { name: "First year", dated: true, key: ({ nodes }, n) => nodes.year[n] || nodes.spans[n][0] || 0 },
    { name: "Last year", dated: true, key: ({ nodes }, n) => nodes.year[n] || (nodes.spans[n].length ? nodes.spans[n][0] + nodes.spans[n].length - 2 : 0), down: true },
  ];

  /** Nodes in the order of a column; ties by papers, then name. */
  function sorted(data, nodes, links, { key }, down) {
    const keys = new Map(nodes.map((n) => [n, key(data, n, links)]));
    const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    return [...nodes].sort((a, b) =>
      (down ? -1 : 1) * compare(keys.get(a), keys.get(b)) || data.nodes.papers[b] - data.nodes.papers[a] || compare(data.nodes.label[a], data.nodes.label[b]));
  }

  class Things {
    /** `view`: Panel.View, for the buttons of names. */
    constructor(holder, data, view) {
      this.columns = ALL.filter((c) => !c.dated || data.meta.years.length);
      Object.assign(this, { holder, data, view, column: 2, down: true, most: MOST });
    }

    draw(shown) {
      this.shown = shown;
      const links = new Map();
      shown.edges.forEach((e) => [0, 1].forEach((k) => links.set(this.data.edges[k][e], (links.get(this.data.edges[k][e]) ?? 0) + 1)));
      const order = sorted(this.data, shown.nodes, links, this.columns[this.column], this.down);
      const rows = order.slice(0, this.most).map((n) =>
        el("tr", { "data-node": n }, el("th", { scope: "row" }, this.view.link(n)),
          ...this.columns.slice(1).map((c, k) => el("td", k ? { class: "number" } : {}, String(c.key(this.data, n, links) || "")))));
      const more = order.length > this.most
        ? el("button", { type: "button", class: "more", click: () => { this.most = Infinity; this.draw(shown); } }, `Show all ${order.length.toLocaleString("en")}`)
        : null;
      this.holder.replaceChildren(...[
        el("table", {}, el("caption", { class: "spoken" }, "Things on the map; the buttons in the head sort"),
          el("thead", {}, el("tr", {}, ...this.columns.map((c, k) => this.head(c, k)))), el("tbody", {}, ...rows)), more].filter(Boolean));
    }

    head(column, k) {
      const on = k === this.column;
      const sort = () => {
        this.down = on ? !this.down : Boolean(column.down);
        this.column = k;
        this.draw(this.shown);
        this.holder.querySelectorAll("thead button")[k].focus();
      };
      return el("th", { scope: "col", "aria-sort": on ? (this.down ? "descending" : "ascending") : "none", class: k > 1 ? "number" : "" },
        el("button", { type: "button", click: sort }, column.name, el("span", { "aria-hidden": "true" }, on ? (this.down ? " ↓" : " ↑") : "")));
    }
  }

  return { Things, sorted };
})();
