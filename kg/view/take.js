/* What can be taken away from the page, as text: table, JSON, drawing, query, command. Pure functions, as in logic.js. */
"use strict";

const Take = (() => {
  /** A cell of a CSV file that no spreadsheet takes for a formula. */
  function cell(value) {
    const text = String(value ?? "");
    const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }

  const COLUMNS = ["source", "source_label", "source_type", "year", "relation", "target", "target_label", "target_type", "papers", "confidence", "mention", "sentence"];

  /** An edge as it is shown, with its first sentence; of a link between two things, how many papers name both. */
  function row(data, edge) {
    const { id, label, type, year } = data.nodes;
    const [a, b, relation, confidence, quotes] = data.edges.map((column) => column[edge]);
    const quote = quotes[0] ?? [];
    const text = data.sentences[quote[0]] ?? "";
    const paper = edge < data.paperEdges;
    return [
      id[a], label[a], data.types[type[a]].key, year[a] || "", data.relations[relation].key, id[b], label[b], data.types[type[b]].key,
      paper ? 1 : Logic.link(data, edge).papers, paper ? confidence / 100 : "", quote.length > 2 ? text.slice(quote[1], quote[2]) : "", text,
    ];
  }

  /** What is visible as a table of edges. */
  function csv(data, shown) {
    return [COLUMNS, ...shown.edges.map((e) => row(data, e))].map((cells) => cells.map(cell).join(",")).join("\r\n") + "\r\n";
  }

  /** What is visible as JSON: nodes with their positions, edges with their sentence. */
  function json(data, shown, address) {
    const { id, label, type, papers, year, names, x, y } = data.nodes;
    const nodes = shown.nodes.map((n) =>
      type[n] === Logic.PAPER
        ? { id: id[n], kind: "paper", label: label[n], year: year[n] || null, x: x[n], y: y[n] }
        : { id: id[n], kind: "entity", label: label[n], type: data.types[type[n]].key, papers: papers[n], names: names[n], x: x[n], y: y[n] });
    const edges = shown.edges.map((e) => Object.fromEntries(row(data, e).map((value, k) => [COLUMNS[k], value])));
    return `${JSON.stringify({ kg: "view/1", address, nodes, edges }, null, 1)}\n`;
  }

  const escape = (text) => String(text).replace(/[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "").replace(/[&<>"]/g, (c) => `&#${c.codePointAt(0)};`);

  /** The outline of a node as an SVG element; sizes are those that vis-network draws. */
  function outline({ x, y, size: r, shape, colour, ground }) {
    const paint = `fill="${colour}" stroke="${ground}" stroke-width="1.5"`;
    const corners = (n, turn, radius = () => r) =>
      Array.from({ length: n }, (_, k) => [x + radius(k) * Math.sin(turn + (2 * Math.PI * k) / n), y - radius(k) * Math.cos(turn + (2 * Math.PI * k) / n)]);
    const high = r * 1.15; // a triangle of vis is taller than its radius and sits lower
    const points = {
      triangle: () => [[x, y - high * 0.87], [x + high, y + high * 0.87], [x - high, y + high * 0.87]],
      triangleDown: () => [[x, y + high * 0.87], [x + high, y - high * 0.87], [x - high, y - high * 0.87]],
      square: () => [[x - r, y - r], [x + r, y - r], [x + r, y + r], [x - r, y + r]],
      diamond: () => corners(4, 0),
      hexagon: () => corners(6, Math.PI / 6),
      star: () => corners(10, 0, (k) => r * (k % 2 ? 0.41 : 1.07)),
    }[shape];
    if (!points) return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${r.toFixed(1)}" ${paint}/>`;
    return `<polygon points="${points().map((p) => p.map((v) => v.toFixed(1)).join(",")).join(" ")}" ${paint}/>`;
  }

  /** A scene (GraphMap.scene) as an SVG file: lines, shapes with their names, labels as text. */
  function svg(scene, title) {
    const lines = scene.edges.map(({ x1, y1, x2, y2, colour, width, dashes, opacity }) =>
      `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="${colour}" stroke-width="${width.toFixed(2)}"${dashes.length ? ` stroke-dasharray="${dashes.join(" ")}"` : ""} opacity="${opacity.toFixed(2)}"/>`);
    const nodes = scene.nodes.map((n) => `<g opacity="${n.opacity}"><title>${escape(n.label)}</title>${outline({ ...n, ground: scene.ground })}</g>`);
    const labels = scene.labels.map(({ x, y, text, pixels, weight, colour }) =>
      `<text x="${x.toFixed(1)}" y="${(y + pixels * 0.35).toFixed(1)}" font-size="${pixels.toFixed(1)}" font-weight="${weight}" fill="${colour}" stroke="${scene.ground}" stroke-width="3.5" stroke-linejoin="round" paint-order="stroke" text-anchor="middle">${escape(text)}</text>`);
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${scene.width}" height="${scene.height}" viewBox="0 0 ${scene.width} ${scene.height}" font-family="${escape(scene.font.replaceAll('"', "'"))}">`,
      `<title>${escape(title)}</title>`, `<rect width="100%" height="100%" fill="${scene.ground}"/>`, ...lines, ...nodes, ...labels, "</svg>\n",
    ].join("\n");
  }

  // ---- SPARQL --------------------------------------------------------------------------------------------------

  const PREFIXES = ["PREFIX dcterms: <http://purl.org/dc/terms/>", "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>", "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"];

  /** The IRI of a node: its id percent-encoded whole, as `kg.ids` does. */
  function iri(data, node) {
    const id = encodeURIComponent(data.nodes.id[node]).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
    return `<${data.meta.base}${data.nodes.type[node] === Logic.PAPER ? "paper" : "entity"}/${id}>`;
  }

  const terms = (rows, flags) => rows.filter((row, n) => flags[n] && row.term).map((row) => `kg:${row.term}`);

  /** What the filters ask of an assertion about ?thing; nothing where they are as on the first screen. */
  function filters(data, state, relations) {
    const lines = [`?assertion rdf:object ?thing ; rdf:predicate ?relation ; rdf:subject ?paper ; kg:confidence ?confidence .`, `VALUES ?relation { ${relations.join(" ")} }`];
    if (state.sure) lines.push(`FILTER(?confidence >= ${state.sure / 100})`);
    if (state.years) lines.push(`?paper dcterms:issued ?issued .`, `BIND(xsd:integer(SUBSTR(STR(?issued), 1, 4)) AS ?year)`, `FILTER(?year >= ${state.years[0]} && ?year <= ${state.years[1]})`);
    return `FILTER EXISTS { ${lines.join(" ")} }`;
  }

  /** The things of the map. `shown`: how many there are, for a map that shows the top ones only. */
  function things(data, state, pattern, shown) {
    const types = terms(data.types, state.types).filter((t) => t !== "kg:Paper");
    const relations = terms(data.relations, state.relations);
    const lines = [`VALUES ?type { ${types.join(" ")} }`, ...pattern, "?thing a ?type ; skos:prefLabel ?label ; kg:paperCount ?papers .", filters(data, state, relations)];
    if (state.least > 1) lines.push(`FILTER(?papers >= ${state.least})`);
    const part = !state.all && !state.depth && data.nodes.core.some((c) => !c);
    if (part && data.together < 0) lines.push("FILTER(?papers > 1 || EXISTS { ?own kg:proposes ?thing })");
    const limit = part && data.together >= 0 ? ` LIMIT ${Math.max(1, shown)}` : "";
    return ["SELECT DISTINCT ?thing ?label ?type ?papers WHERE {", ...lines.map((l) => `  ${l}`), `} ORDER BY DESC(?papers) ?thing${limit}`];
  }

  function query(data, state, { shown, way }) {
    const every = data.relations.filter((r) => r.term).map((r) => `kg:${r.term}`);
    const values = `  VALUES ?relation { ${every.join(" ")} }`;
    const facts = (edges) => edges.map((e) => `(${iri(data, data.edges[0][e])} ${iri(data, data.edges[1][e])})`).join(" ");
    const said = (edges) => ["SELECT ?paper ?relation ?thing ?quote WHERE {", `  VALUES (?paper ?thing) { ${facts(edges)} }`,
      "  ?assertion rdf:subject ?paper ; rdf:predicate ?relation ; rdf:object ?thing ; kg:evidence/kg:quote ?quote .", "}"];
    if (state.path) return way.length ? said(way) : ["ASK {}"];
    if (state.edge >= 0 && state.edge < data.paperEdges) return said([state.edge]);
    const any = `(${every.join("|")})`;
    if (state.edge >= 0) {
      return ["SELECT ?paper ?title WHERE {", `  ?paper ${any} ${iri(data, data.edges[0][state.edge])}, ${iri(data, data.edges[1][state.edge])} ; dcterms:title ?title .`, "} ORDER BY ?paper"];
    }
    if (state.depth) {
      const step = `^${any}/${any}`;
      const paper = data.nodes.type[state.centre] === Logic.PAPER;
      const steps = Array.from({ length: state.depth }, (_, n) => (paper && n === 0 ? any : step)).join("/");
      return things(data, state, [`${iri(data, state.centre)} ${steps} ?thing .`], shown);
    }
    if (state.node >= 0 && data.nodes.type[state.node] === Logic.PAPER) {
      return ["SELECT ?relation ?thing ?label WHERE {", values, `  ${iri(data, state.node)} ?relation ?thing .`, "  ?thing skos:prefLabel ?label .", "} ORDER BY ?relation ?thing"];
    }
    if (state.node >= 0) {
      return ["SELECT ?relation ?paper ?title WHERE {", values, `  ?paper ?relation ${iri(data, state.node)} ; dcterms:title ?title .`, "} ORDER BY ?relation ?paper"];
    }
    return things(data, state, [], shown);
  }

  /** The current view as a SPARQL query over graph.ttl. `now`: {shown: number of things, way: edges of the path}. */
  function sparql(data, state, now) {
    const lines = query(data, state, now);
    const used = [...PREFIXES, `PREFIX kg: <${data.meta.terms}>`, "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>"];
    return [...used.filter((p) => lines.some((l) => l.includes(p.split(" ")[1]))), ...lines].join("\n");
  }

  /** A text as one word of a shell. */
  const quoted = (text) => (/^[\w./:@%+-]+$/.test(text) && !text.startsWith("-") ? text : `'${text.replaceAll("'", "'\\''")}'`);

  /** The current view as a command: the one that answers it, or the query where none does. */
  function command(data, state, now) {
    const id = (node) => quoted(data.nodes.id[node]);
    if (state.path) return `kg path ${state.path.map(id).join(" ")}`;
    if (state.edge >= 0) return `kg path ${id(data.edges[0][state.edge])} ${id(data.edges[1][state.edge])}`;
    const filtered = state.years || state.least > 1 || state.sure;
    if (state.depth && !filtered) {
      const options = (name, rows, flags) => (rows.every((row, n) => flags[n] || !row.term || row.key === "PAPER") ? [] : rows.filter((row, n) => flags[n] && row.term && row.key !== "PAPER").map((row) => ` ${name} ${row.key}`));
      const chosen = options("--type", data.types, state.types).concat(state.relations.every((r, n) => r || data.relations[n].key === "MENTIONS") ? [] : options("--relation", data.relations, state.relations));
      return `kg neighbors ${id(state.centre)} --depth ${state.depth}${chosen.join("")}`;
    }
    if (state.node >= 0 && !state.depth) return `kg show ${id(state.node)}`;
    return `kg sparql ${quoted(sparql(data, state, now).replace(/\n\s*/g, " "))}`;
  }

  return { cell, csv, json, svg, sparql, command, iri };
})();
