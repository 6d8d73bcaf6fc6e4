/* Elements of the page: signs, panel. Every text of a paper goes in as textContent, never as markup. */
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

  /** Counts by year (`[first year, n, n, ...]`) as bars; `within`: [from, to], the bars outside are pale. */
  function bars(span, { label, within = null, height = 28 }) {
    const counts = span.slice(1);
    const most = Math.max(...counts, 1);
    const width = Math.max(3, Math.min(14, 220 / counts.length));
    const items = counts.map((n, k) => {
      const tall = n ? Math.max(1.5, (height * n) / most) : 0;
      const pale = within && (span[0] + k < within[0] || span[0] + k > within[1]);
      return svg("rect", { x: k * width, y: height - tall, width: width * 0.8, height: tall, rx: 1, class: pale ? "pale" : "bar" });
    });
    return svg("svg", { viewBox: `0 0 ${counts.length * width} ${height}`, class: "bars", role: "img", "aria-label": label, preserveAspectRatio: "none" }, ...items);
  }

  /** A text of the input, kept from turning the direction of what stands around it. */
  const own = (text, tag = "bdi") => el(tag, {}, text);

  class View {
    /** `act`: what the buttons do, `{select(node), edge(e), focus(node), expand(node), from(node), way(n)}`; `near`:
        links between things by node. */
    constructor(data, at, near, act) {
      Object.assign(this, { data, at, near, act });
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
      return el("button", { type: "button", class: "go", "data-node": node, click: () => this.act.select(node) },
        sign(this.data.types[type[node]]), own(text, "span"));
    }

    outward(url, text) {
      return el("a", { href: url, target: "_blank", rel: "noopener noreferrer", class: "source" }, `${text} ↗`);
    }

    source(paper, text = "Source") {
      const url = this.data.nodes.link[paper];
      return url ? this.outward(url, text) : null;
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
          el("button", { type: "button", id: "expand", click: () => this.act.expand(node) }, "Add neighbours"),
          el("button", { type: "button", id: "from", click: () => this.act.from(node) }, "Path to…")));
    }

    /** Who introduced a thing, and where the web tells of it. */
    origin(node) {
      const { intro, web } = this.data.nodes;
      const links = web[node].map((url) => this.outward(url, new URL(url).hostname.replace(/^www\./, "")));
      return [
        intro[node] >= 0 ? el("p", { class: "names" }, "Introduced by ", this.link(intro[node], Logic.shortTitle(this.data.nodes.label[intro[node]], 48))) : null,
        links.length ? el("p", { class: "names" }, "On the web: ", ...links.flatMap((link, n) => [n ? " · " : "", link])) : null,
      ];
    }

    /** Papers by year as small bars, with the same as text. */
    years(node) {
      const span = this.data.nodes.spans[node];
      if (span.length < 3) return null;
      const words = span.slice(1).flatMap((n, k) => (n ? [`${span[0] + k}: ${n}`] : [])).join(", ");
      return el("figure", { class: "years" }, bars(span, { label: `Papers by year. ${words}` }),
        el("figcaption", { "aria-hidden": "true" }, el("span", {}, span[0]), el("span", {}, span[0] + span.length - 2)));
    }

    entity(node) {
      const { nodes, types } = this.data;
      const papers = nodes.papers[node];
      const span = nodes.spans[node];
      const last = span[0] + span.length - 2;
      const when = span.length ? `, ${span[0] === last ? last : `${span[0]} to ${last}`}` : "";
      const rest = papers - new Set(this.at[node].map((e) => this.data.edges[0][e])).size;
      const names = nodes.names[node];
      return [
        this.header(node, `${types[nodes.type[node]].label} · ${Logic.count(papers, "paper")}${when}`, [
          names.length ? el("p", { class: "names" }, "Also: ", ...names.flatMap((n, i) => [i ? " · " : "", own(n)])) : null,
          ...this.origin(node),
          this.years(node),
        ]),
        this.partners(node),
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

    /** On a page of links between things: the strongest of them. */
    partners(node) {
      const { data } = this;
      const edges = [...this.near[node]].sort((a, b) => Logic.link(data, b).papers - Logic.link(data, a).papers || a - b);
      if (!edges.length) return null;
      const entry = (edge) => {
        const { papers } = Logic.link(data, edge);
        return [el("div", { class: "title" }, this.link(Ways.other(data, edge, node)),
          el("button", { type: "button", class: "source", click: () => this.act.edge(edge) }, Logic.count(papers, "paper")))];
      };
      const section = this.section(data.relations[data.together].inverse, data.relations[data.together], edges, entry, 8);
      section.classList.add("tight");
      return section;
    }

    edge(edge) {
      return edge < this.data.paperEdges ? this.statement(edge) : this.together(edge);
    }

    heading(edge, kind, verb) {
      const { edges, relations } = this.data;
      return el("header", {},
        el("p", { class: "kind" }, line(relations[edges[2][edge]]), kind),
        el("h2", { tabindex: "-1", class: "statement" }, this.link(edges[0][edge]), el("span", { class: "verb" }, verb), this.link(edges[1][edge])));
    }

    /** What a paper says of a thing. */
    statement(edge) {
      const { edges, relations } = this.data;
      const relation = relations[edges[2][edge]];
      return [
        this.heading(edge, `a paper ${relation.label} this`, relation.label),
        el("section", {}, el("h3", {}, "Evidence"), ...this.quotes(edge)),
        el("p", { class: "faint" }, `Confidence ${edges[3][edge]} % · ${relation.about}. `, this.source(edges[0][edge])),
      ];
    }

    /** Two things that papers name together, with some of these papers and what each says of both. */
    together(edge) {
      const { data } = this;
      const { papers, first, last, via } = Logic.link(data, edge);
      const ends = [data.edges[0][edge], data.edges[1][edge]];
      const when = first ? `, ${first === last ? first : `${first} to ${last}`}` : "";
      const items = via.map((paper) => el("li", {},
        el("div", { class: "title" }, this.link(paper), el("span", { class: "year" }, data.nodes.year[paper] || ""), this.source(paper)),
        ...this.at[paper].filter((e) => ends.includes(data.edges[1][e])).flatMap((e) =>
          [el("p", { class: "says" }, `${data.relations[data.edges[2][e]].label} `, own(data.nodes.label[data.edges[1][e]], "b")), ...this.quotes(e)])));
      return [
        this.heading(edge, `${Logic.count(papers, "paper")}${when}`, "named together with"),
        el("section", {}, el("h3", {}, papers > via.length ? `${via.length} of ${papers.toLocaleString("en")} papers` : Logic.count(papers, "paper")), el("ul", { class: "entries" }, ...items)),
      ];
    }

    /** A shortest way between two things, a sentence for each step. */
    path(ends, ways, n) {
      const { data } = this;
      const name = (node) => data.nodes.label[node];
      const heading = el("h2", { tabindex: "-1", class: "statement" }, this.link(ends[0]), el("span", { class: "verb" }, "to"), this.link(ends[1]));
      const kind = (text) => el("header", {}, el("p", { class: "kind" }, text), heading);
      if (!ways.length) return [kind("no path"), el("p", { class: "faint" }, ends[0] === ends[1] ? "These are one thing." : "No chain of papers that this page carries joins the two.")];
      const way = ways[n];
      const stops = Ways.stops(data, ends[0], way);
      const steps = way.map((edge, k) => {
        const relation = data.relations[data.edges[2][edge]];
        const forward = data.edges[0][edge] === stops[k];
        return el("li", {},
          el("div", { class: "title" }, this.link(stops[k + 1]), data.nodes.type[stops[k + 1]] === Logic.PAPER ? this.source(stops[k + 1]) : null),
          el("p", { class: "says" }, line(relation), el("span", {}, own(Logic.shortTitle(name(stops[k]), 40)), ` ${forward ? relation.label : `is ${relation.inverse}`} this`)),
          ...this.quotes(edge));
      });
      const turn = (by) => () => this.act.way((n + by + ways.length) % ways.length);
      const more = ways.length > 1
        ? el("p", { class: "actions" }, el("button", { type: "button", id: "way-before", click: turn(-1) }, "Previous way"), el("button", { type: "button", id: "way-next", click: turn(1) }, "Next way"),
            el("span", { class: "faint" }, `${n + 1} of ${ways.length === 12 ? "the first 12" : ways.length}`))
        : null;
      return [kind(`path of ${Logic.count(way.length, "step")}`), more,
        el("ol", { class: "entries steps" }, el("li", {}, el("div", { class: "title" }, this.link(stops[0]))), ...steps)];
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
  }

  return { el, svg, sign, line, own, bars, View };
})();
