/* Elements of the page: legend, panel, list. Every text of a paper goes in as textContent, never as markup. */
"use strict";

const Panel = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const OUTLINES = {
    triangle: "8,2 15,14 1,14",
    triangleDown: "1,2 15,2 8,14",
    square: "2,2 14,2 14,14 2,14",
    diamond: "8,0.5 15.5,8 8,15.5 0.5,8",
    hexagon: "4,1.5 12,1.5 16,8 12,14.5 4,14.5 0,8",
    star: "8,0.5 10.2,5.6 15.8,6.1 11.6,9.8 12.9,15.3 8,12.4 3.1,15.3 4.4,9.8 0.2,6.1 5.8,5.6",
  };

  /** An element with attributes, event handlers (functions) and children (elements or texts). */
  function el(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "function") element.addEventListener(name, value);
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== null) element.setAttribute(name, value);
    }
    element.append(...children.filter((c) => c !== null && c !== undefined && c !== ""));
    return element;
  }

  function svg(tag, attributes, ...children) {
    const element = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  /** The sign of a type: its shape in its colour. */
  function sign(type) {
    const shape = OUTLINES[type.shape]
      ? svg("polygon", { points: OUTLINES[type.shape], fill: type.colour })
      : svg("circle", { cx: 8, cy: 8, r: 5, fill: type.colour });
    return svg("svg", { viewBox: "0 0 16 16", class: "sign", "aria-hidden": "true" }, shape);
  }

  /** The sign of a relation: its line. */
  function line(relation) {
    const stroke = svg("line", {
      x1: 0, y1: 6, x2: 30, y2: 6, stroke: relation.colour, "stroke-width": relation.width,
      "stroke-dasharray": relation.dashes.join(" ") || "none",
    });
    return svg("svg", { viewBox: "0 0 30 12", class: "line", "aria-hidden": "true" }, stroke);
  }

  /** A text of the input, kept from turning the direction of what stands around it. */
  const own = (text, tag = "bdi") => el(tag, {}, text);

  class View {
    /** `select(node)` and `act` (focus, expand, close) are what the buttons do. */
    constructor(data, at, select, act) {
      Object.assign(this, { data, at, select, act });
      this.resultsOf = data.nodes.id.map(() => []);
      data.results.forEach((row) => {
        [row[0], ...row.slice(7)].forEach((node) => {
          if (node >= 0 && this.resultsOf[node].at(-1) !== row) this.resultsOf[node].push(row);
        });
      });
    }

    /** A quote as a blockquote with the mention marked. */
    quote(row) {
      const text = this.data.sentences[row[0]];
      const pieces = Logic.parts(text, row).map((p) => (p.mark ? own(p.text, "mark") : p.text));
      return el("blockquote", { dir: "auto" }, ...pieces);
    }

    quotes(edge) {
      const rows = this.data.edges[4][edge];
      return rows.length ? rows.map((row) => this.quote(row)) : [el("p", { class: "faint" }, "No sentence is recorded.")];
    }

    /** A button that selects a node. */
    link(node, text = this.data.nodes.label[node]) {
      const { type } = this.data.nodes;
      return el("button", { type: "button", class: "go", "data-node": node, click: () => this.select(node) },
        sign(this.data.types[type[node]]), own(text, "span"));
    }

    source(paper, text = "Source") {
      const url = this.data.nodes.link[paper];
      return url ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer", class: "source" }, `${text} ↗`) : null;
    }

    /** Edges at a node by relation, in the order of the relations. */
    groups(node) {
      return this.data.relations.map((relation, r) => ({
        relation,
        edges: this.at[node].filter((edge) => this.data.edges[2][edge] === r),
      })).filter((group) => group.edges.length);
    }

    header(node, kind, below) {
      const { types, nodes } = this.data;
      return el("header", {},
        el("p", { class: "kind" }, sign(types[nodes.type[node]]), kind),
        el("h2", { tabindex: "-1", dir: "auto" }, nodes.label[node]),
        ...below,
        el("p", { class: "actions" },
          el("button", { type: "button", id: "focus", class: "main", click: () => this.act.focus(node) }, "Focus here"),
          el("button", { type: "button", id: "expand", click: () => this.act.expand(node) }, "Add neighbours to the map")));
    }

    entity(node) {
      const { nodes, types } = this.data;
      const papers = nodes.papers[node];
      const years = this.at[node].map((e) => nodes.year[this.data.edges[0][e]]).filter(Boolean);
      const span = years.length ? [Math.min(...years), Math.max(...years)] : [];
      const when = span.length ? `, ${span[0] === span[1] ? span[0] : `${span[0]} to ${span[1]}`}` : "";
      const rest = papers - new Set(this.at[node].map((e) => this.data.edges[0][e])).size;
      const names = nodes.names[node];
      return [
        this.header(node, `${types[nodes.type[node]].label} · ${Logic.count(papers, "paper")}${when}`, [
          names.length ? el("p", { class: "names" }, "Also: ", ...names.flatMap((n, i) => [i ? " · " : "", own(n)])) : null,
        ]),
        ...this.groups(node).map(({ relation, edges }) =>
          this.section(`${relation.inverse} ${Logic.count(edges.length, "paper")}`, relation, edges, (edge) => this.paperEntry(edge, node))),
        rest > 0 ? el("p", { class: "faint" }, `${Logic.count(rest, "more paper")} not carried by this page.`) : null,
        this.results(this.resultsOf[node], node),
      ];
    }

    /** One relation with its entries, the first of many and a button for the rest. */
    section(title, relation, edges, entry, most = 40) {
      const items = (some) => some.map((edge) => el("li", {}, ...entry(edge)));
      const list = el("ul", { class: "entries" }, ...items(edges.slice(0, most)));
      const rest = edges.slice(most);
      const more = rest.length
        ? el("button", { type: "button", class: "more", click: () => { list.append(...items(rest)); more.remove(); } }, `Show ${rest.length} more`)
        : null;
      return el("section", {}, el("h3", {}, line(relation), title), list, more);
    }

    /** A paper in the panel of an entity: title, year, what it proposes, its sentences. */
    paperEntry(edge, node) {
      const { nodes, edges, relations } = this.data;
      const paper = edges[0][edge];
      const proposed = this.at[paper]
        .filter((e) => relations[edges[2][e]].key === "PROPOSES" && edges[1][e] !== node)
        .slice(0, 4).map((e) => this.link(edges[1][e]));
      return [
        el("div", { class: "title" }, this.link(paper), el("span", { class: "year" }, nodes.year[paper] || ""), this.source(paper)),
        ...this.quotes(edge),
        proposed.length ? el("p", { class: "chips" }, el("span", { class: "faint" }, "proposes"), ...proposed) : null,
      ];
    }

    paper(node) {
      const { nodes, edges } = this.data;
      const about = [nodes.year[node] || "year unknown", nodes.by[node]].filter(Boolean).join(" · ");
      return [
        this.header(node, "paper", [
          el("p", { class: "names" }, own(about), " · ", own(nodes.id[node], "code"), " ", this.source(node)),
        ]),
        this.results(this.resultsOf[node], node),
        ...this.groups(node).map(({ relation, edges: own }) =>
          this.section(`${relation.label} ${own.length}`, relation, own, (edge) => [this.link(edges[1][edge]), ...this.quotes(edge)])),
        this.at[node].length ? null : el("p", { class: "faint" }, "Nothing was found in its abstract that this page carries."),
      ];
    }

    edge(edge) {
      const { edges, relations } = this.data;
      const relation = relations[edges[2][edge]];
      return [
        el("header", {},
          el("p", { class: "kind" }, line(relation), `a paper ${relation.label} this`),
          el("h2", { tabindex: "-1", class: "statement" }, this.link(edges[0][edge]), el("span", { class: "verb" }, relation.label), this.link(edges[1][edge]))),
        el("section", {}, el("h3", {}, "Evidence"), ...this.quotes(edge)),
        el("p", { class: "faint" }, `Confidence ${edges[3][edge]} % · ${relation.about}. `, this.source(edges[0][edge])),
      ];
    }

    /** A table of figures; the column of the node itself is left out. */
    results(rows, node) {
      if (!rows.length) return null;
      const paper = this.data.nodes.type[node] === Logic.PAPER;
      const slot = (text, at) => (at >= 0 && at !== node ? this.link(at, text || this.data.nodes.label[at]) : own(text || "—"));
      const head = ["value", "of", "on", "metric", ...(paper ? [] : ["paper"])];
      const body = rows.slice(0, 60).map((row) => {
        const [source, system, on, metric, value, kind, quote, s, o, m] = row;
        return el("tr", {},
          el("td", { class: "value" }, own(value), kind === "absolute" ? "" : el("small", {}, kind)),
          ...[slot(system, s), slot(on, o), slot(metric, m), ...(paper ? [] : [this.link(source, Logic.shortTitle(this.data.nodes.label[source]))])].map((c) => el("td", {}, c)),
          el("td", {}, el("details", { class: "why" }, el("summary", {}, "says"), this.quote(quote))));
      });
      return el("section", { class: "results" }, el("h3", {}, Logic.count(rows.length, "figure")),
        el("div", { class: "scroll" }, el("table", {}, el("thead", {}, el("tr", {}, ...[...head, "evidence"].map((h) => el("th", { scope: "col" }, h)))), el("tbody", {}, ...body))));
    }

    /** The list of what the map shows: the same actions without a canvas. */
    list(visible, most = 500) {
      const { nodes, types } = this.data;
      const order = [...visible].sort((a, b) =>
        (nodes.type[a] === 0) - (nodes.type[b] === 0) || nodes.papers[b] - nodes.papers[a] || (nodes.label[a] < nodes.label[b] ? -1 : 1));
      const rows = order.slice(0, most).map((n) =>
        el("tr", {}, el("td", {}, this.link(n)), el("td", {}, types[nodes.type[n]].label), el("td", { class: "number" }, String(nodes.papers[n] || nodes.year[n] || ""))));
      return [
        el("table", {}, el("thead", {}, el("tr", {}, ...["Name", "Type", "Papers, or year"].map((h) => el("th", { scope: "col" }, h)))), el("tbody", {}, ...rows)),
        order.length > most ? el("p", { class: "faint" }, `The first ${most} of ${order.length.toLocaleString("en")}.`) : null,
      ];
    }
  }

  return { el, sign, line, own, View };
})();
