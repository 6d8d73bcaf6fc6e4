/* What the page shows, as a value, and as an address: the same address shows the same, and every change is one.
   Nodes and edges are indices; ids stand in the address. Pure functions, as in logic.js. */
"use strict";

const State = (() => {
  const DEPTH = 3; // of a neighbourhood, at most
  const MOST = 40; // ids of things added to the map that an address holds

  /** The first screen.
      node: selected, or -1; centre and depth: the map is narrowed to the neighbourhood of a node; edge: selected;
      path: [from, to], way: which of the shortest ones; extra: nodes added to the map; open: nodes whose neighbours
      were added; all: not only the first screen; types, relations: ticked; years: [from, to]; least: papers of a
      thing; sure: confidence in percent; list: the table in place of the map. */
  function first(data) {
    const projected = data.together >= 0;
    return {
      node: -1, centre: -1, depth: 0, edge: -1, path: null, way: 0, extra: new Set(), open: new Set(), all: false,
      types: data.types.map((_, t) => !projected || t !== Logic.PAPER),
      relations: data.relations.map((r) => r.key !== "MENTIONS" || data.meta.focus !== ""),
      years: null, least: 1, sure: 0, list: false,
    };
  }

  /** A pair of ids; dots in them are kept from reading as the sign between. */
  const pair = (a, b) => [a, b].map((id) => encodeURIComponent(id).replaceAll(".", "%2E")).join("..");

  const same = (a, b) => a.every((value, n) => value === b[n]);

  /** The keys of what is ticked, "-" for nothing. */
  const ticked = (rows, flags) => rows.filter((_, n) => flags[n]).map((row) => row.key).join(",") || "-";

  /** The address of a state: `#node=bert&depth=1&types=MODEL,TASK`; what is as on the first screen is left out. */
  function write(data, state) {
    const { id } = data.nodes;
    const start = first(data);
    const list = (nodes) => [...nodes].slice(-MOST).sort((a, b) => a - b).map((n) => encodeURIComponent(id[n])).join(",");
    const end = (edge, k) => id[data.edges[k][edge]];
    const parts = {
      node: state.node >= 0 ? encodeURIComponent(id[state.node]) : "",
      around: state.depth && state.centre !== state.node ? encodeURIComponent(id[state.centre]) : "",
      depth: state.depth || "",
      link: state.edge >= 0 ? pair(end(state.edge, 0), end(state.edge, 1)) : "",
      path: state.path ? pair(id[state.path[0]], id[state.path[1]]) : "",
      way: state.path && state.way ? state.way + 1 : "",
      add: list([...state.extra].filter((n) => n !== state.node)),
      open: list(state.open),
      all: state.all ? 1 : "",
      types: same(state.types, start.types) ? "" : ticked(data.types, state.types),
      rel: same(state.relations, start.relations) ? "" : ticked(data.relations, state.relations),
      years: state.years ? state.years.join("-") : "",
      papers: state.least > 1 ? state.least : "",
      conf: state.sure || "",
      view: state.list ? "list" : "",
    };
    const text = Object.entries(parts).filter(([, value]) => value !== "").map(([key, value]) => `${key}=${value}`).join("&");
    return text && `#${text}`;
  }

  function decode(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text; // a broken encoding is taken as it stands
    }
  }

  /** The state of an address. `doubts`: ids that lead nowhere or to several nodes, as {id, nodes}.
      `ids`: a map from id to node; `edgeOf(a, b)`: the edge between two nodes, or -1. */
  function read(data, ids, edgeOf, hash) {
    const raw = new Map(hash.replace(/^#/, "").split("&").filter((p) => p.includes("=")).map((p) => [p.slice(0, p.indexOf("=")), p.slice(p.indexOf("=") + 1)]));
    const state = first(data);
    const doubts = [];
    const node = (text) => {
      const found = Logic.resolve(data, ids, decode(text));
      if (found.length !== 1) doubts.push({ id: decode(text), nodes: found });
      return found.length === 1 ? found[0] : -1;
    };
    const nodes = (key) => new Set((raw.get(key) || "").split(",").filter(Boolean).map(node).filter((n) => n >= 0));
    const number = (key, least, most) => Math.min(most, Math.max(least, Number.parseInt(raw.get(key), 10) || least));
    const ends = (key) => (raw.get(key)?.includes("..") ? raw.get(key).split("..").slice(0, 2).map(node) : []);
    const flags = (key, rows, start) => (raw.has(key) ? rows.map((row) => raw.get(key).split(",").includes(row.key)) : start);
    if (raw.get("node")) state.node = node(raw.get("node"));
    state.depth = Math.max(number("depth", 0, DEPTH), number("focus", 0, DEPTH)); // focus: as older addresses say it
    state.centre = raw.get("around") ? node(raw.get("around")) : state.node;
    if (state.centre < 0 || !state.depth) Object.assign(state, { centre: -1, depth: 0 });
    const [a, b] = ends("link");
    if (a >= 0 && b >= 0) state.edge = edgeOf(a, b);
    const [from, to] = ends("path");
    if (from >= 0 && to >= 0) state.path = [from, to];
    if (state.path) state.way = number("way", 1, 99) - 1;
    state.extra = nodes("add");
    state.open = nodes("open");
    state.all = raw.get("all") === "1";
    state.types = flags("types", data.types, state.types);
    state.relations = flags("rel", data.relations, state.relations);
    const years = /^(\d{1,4})-(\d{1,4})$/.exec(raw.get("years") || "");
    if (years) state.years = [Number(years[1]), Number(years[2])].sort((x, y) => x - y);
    state.least = number("papers", 1, 1e6);
    state.sure = number("conf", 0, 100);
    state.list = raw.get("view") === "list";
    return { state, doubts };
  }

  return { DEPTH, first, write, read };
})();
