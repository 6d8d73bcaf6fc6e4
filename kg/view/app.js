/* The page at work: one state (state.js), what follows from it, and what changes it. Every state has an address, so that
   back, forward and links work. */
"use strict";

(() => {
  const { own } = Panel;
  const byId = (id) => document.getElementById(id);
  const data = Logic.prepare(JSON.parse(byId("data").textContent));
  const { nodes, types, relations, meta } = data;
  const at = Ways.adjacency(data);
  const near = Ways.adjacency(data, true);
  const ids = new Map(nodes.id.map((id, n) => [id, n]));
  const FOCUS = 90; // nodes of a focused view
  const narrowWindow = matchMedia("(max-width: 800px)");
  const stage = byId("map");
  let state = State.first(data);
  let address = "";
  let pending = -1; // the start of a path whose end is to be chosen
  let now = { shown: { nodes: [], edges: [] }, focus: null, places: null, ways: [], whole: true };
  let reading = ""; // what the panel tells of

  const edgeOf = (a, b) => [...at[a], ...near[a]].find((e) => Ways.other(data, e, a) === b) ?? -1;
  const view = new Panel.View(data, at, near, {
    select: (node) => select(node),
    edge: (edge) => go({ node: -1, edge, path: null }, { fit: "lit" }),
    focus: (node) => go({ node, centre: node, depth: 1, edge: -1, path: null }, { fit: "shown" }),
    expand: (node) => go({ open: new Set([...state.open, node]), centre: -1, depth: 0, path: null }, { fit: "lit" }),
    from: askPath,
    way: (way) => go({ way }, { replace: true, fit: "none" }),
  });
  const table = new Table.Things(byId("list"), data, view);
  const filters = new Filters.Filters(data, (part, done) => go(part, { replace: !done, quiet: true }));
  const find = new Find(data, { take: (node) => select(node), none: (text) => say(`Nothing here is called “${text}”.`) });
  const map = new GraphMap(stage, data, ["panel", "bar", "zoom"].map(byId), {
    node: (node) => select(node, { quiet: true, fit: "uncover" }),
    edge: (edge) => go({ node: -1, edge, path: null }, { quiet: true }),
    nothing: () => (state.node >= 0 || state.edge >= 0 || state.path) && close(),
    open: (node) => go({ node, centre: node, depth: 1, edge: -1, path: null }, { fit: "shown", quiet: true }),
    walk, key,
  });

  const sharing = new Sharing(data, map, () => ({ state, shown: now.shown, way: way() }));

  // ---- what follows from the state -----------------------------------------------------------------------------

  function derive() {
    const made = nodes.id[state.centre] === meta.focus && state.depth === meta.depth; // what the file was made for
    let [focus, places, ways, whole, direct] = [null, null, [], true, true];
    if (state.path) {
      ways = Ways.paths(data, at, ...state.path);
      focus = new Set([...state.path, ...ways.flatMap((way) => Ways.stops(data, state.path[0], way))]);
      if (ways.length) places = Ways.columns(data, state.path[0], ways);
    } else if (state.depth) {
      const hops = Ways.neighbourhood(data, at, state.centre, {
        depth: state.depth, limit: made ? nodes.id.length : FOCUS, near: data.together >= 0 && !state.types[Logic.PAPER] ? near : null,
      });
      [focus, whole, direct] = [new Set(hops.hops.keys()), hops.whole, hops.direct];
      const beside = narrowWindow.matches ? 0 : 424; // the panel stands beside the map
      if (focus.size <= FOCUS) places = Ways.radial(data, hops.direct ? near : at, hops.hops, (stage.clientWidth - beside - 220) / (stage.clientHeight - 120));
    }
    const extra = new Set([...state.extra, ...(state.path ? focus : [])]);
    state.open.forEach((n) => [n, ...(near[n].length ? near : at)[n].map((e) => Ways.other(data, e, n))].forEach((m) => extra.add(m)));
    const asked = { ...state, focus, extra, types: direct ? state.types : state.types.map((t, n) => t || n === Logic.PAPER) };
    let shown = Logic.visible(data, asked);
    const wanted = state.edge >= 0 ? [data.edges[0][state.edge], data.edges[1][state.edge]] : [state.node, state.centre].filter((n) => n >= 0);
    const seen = new Set(shown.nodes);
    const missing = wanted.filter((n) => !seen.has(n));
    if (missing.length) {
      missing.forEach((n) => extra.add(n));
      shown = Logic.visible(data, asked);
    }
    const before = now;
    now = { shown, focus, ways, whole, extra, places: sameplaces(before.places, places) ? before.places : places };
    return before;
  }

  const sameplaces = (a, b) => a === b || Boolean(a && b && a.size === b.size && [...a].every(([n, p]) => String(b.get(n)) === String(p)));

  function render({ fit = "none", quiet = false, animate = true, redraw = false } = {}) {
    const before = derive();
    const same = (a, b) => a.length === b.length && a.every((value, n) => value === b[n]);
    const moved = redraw || map.places !== now.places || !same(before.shown.nodes, now.shown.nodes) || !same(before.shown.edges, now.shown.edges);
    if (moved) map.draw(now.shown, now.places);
    filters.show(state, now.shown);
    banner();
    panel(!quiet);
    highlight();
    ["map", "list"].forEach((t) => byId(`tab-${t}`).setAttribute("aria-pressed", String((t === "list") === state.list)));
    byId("list").hidden = !state.list;
    byId("zoom").hidden = state.list;
    if (state.list && (moved || !byId("list").firstChild)) table.draw(now.shown);
    byId("depth").hidden = !state.depth;
    byId("depth-value").textContent = `Depth ${state.depth}`;
    byId("nearer").disabled = state.depth <= 1;
    byId("farther").disabled = state.depth >= State.DEPTH;
    byId("reset").hidden = State.write(data, { ...state, node: -1, edge: -1, list: false }) === "";
    byId("everything").hidden = Boolean(now.focus) || state.all || nodes.core.every((c) => c === 1);
    fitTo(fit, animate);
  }

  /** Change the state. replace: no step of its own for "back"; fit: what the map then shows whole; quiet: the keyboard
      stays where it is. */
  function go(changes, options = {}) {
    state = { ...state, ...changes };
    render(options);
    const hash = State.write(data, state);
    if (hash === address) return;
    address = hash;
    if (options.replace) location.replace(hash || "#");
    else location.hash = hash; // an empty one leaves "#", which reads as none
  }

  function follow(options = {}) {
    const hash = location.hash === "#" ? "" : location.hash;
    if (hash === address) return;
    address = hash;
    const { state: wanted, doubts } = State.read(data, ids, edgeOf, hash);
    state = wanted;
    say("");
    doubts.forEach(({ id, nodes: found }) =>
      found.length ? say(`“${id}” may be one of these:`, found) : say(`Nothing here has the id “${id}”. Search for a name instead.`));
    render({ fit: now.focus || state.depth || state.path ? "shown" : "best", ...options });
  }

  // ---- words ---------------------------------------------------------------------------------------------------

  // What the first screen leaves out, and in which words that is true of all of it.
  const proposed = new Set(data.edges[1].filter((_, e) => relations[data.edges[2][e]].key === "PROPOSES"));
  const left = nodes.id.flatMap((_, n) => (nodes.core[n] ? [] : [n]));
  const why = left.every((n) => nodes.papers[n] === 1 && !proposed.has(n)) ? " that one paper names and none proposes" : ", the less shared ones";

  /** Says what is shown, what is hidden, and why. */
  function banner() {
    const { shown, focus, extra } = now;
    const number = (n) => n.toLocaleString("en");
    const papers = shown.nodes.filter((n) => nodes.type[n] === Logic.PAPER).length;
    const total = meta.counts.papers + meta.counts.entities;
    const things = Logic.count(shown.nodes.length - papers, "entity", "entities");
    const what = papers || data.together < 0 ? `${Logic.count(papers, "paper")} and ${things}` : things;
    const scope = nodes.id.filter((_, n) => extra.has(n) || (focus ? focus.has(n) : state.all || nodes.core[n])).length;
    const filtered = scope - shown.nodes.length - shown.over;
    const pieces = [];
    if (state.path) pieces.push(now.ways.length ? `Shortest ways: ${what}.` : "No way found.");
    else if (focus) pieces.push("Neighbourhood of ", own(nodes.label[state.centre], "strong"), `: ${what}, of ${number(total)}${now.whole ? "" : ", the most linked"}.`);
    else if (shown.nodes.length === total) pieces.push(`All ${what}.`);
    else if (papers || data.together < 0) pieces.push(`Showing ${number(shown.nodes.length)} of ${number(total)}: ${what}.`);
    else pieces.push(`Showing ${number(shown.nodes.length)} of ${number(meta.counts.entities)} entities, linked where papers name both.`);
    if (!state.all && !focus && meta.whole && left.length) pieces.push(` Hidden: ${Logic.count(left.length, "entity", "entities")}${why}.`);
    const sliders = state.years || state.least > 1 || state.sure;
    if (filtered) pieces.push(sliders ? ` ${number(filtered)} more do not pass the filters.` : ` ${number(filtered)} more under boxes that are not ticked.`);
    if (shown.over) pieces.push(` ${number(shown.over)} more pass the filters, but no map of so many is readable: narrow the filters.`);
    if (!meta.whole && (!focus || meta.focus)) {
      pieces.push(` This file carries ${number(nodes.id.length)} of ${number(total)}, ${meta.focus ? "those around its subject" : "the most shared"}; `,
        own("kg view --focus NAME", "code"), " makes a page about any other.");
    }
    byId("count").replaceChildren(...pieces);
  }

  function say(text, choices = []) {
    const message = byId("message");
    message.hidden = !text;
    message.replaceChildren(own(text, "span"), ...choices.map((n) => view.link(n)));
  }

  // ---- panel and highlight -------------------------------------------------------------------------------------

  function panel(takeFocus) {
    const subject = state.path ? `${state.path} ${state.way}` : state.edge >= 0 ? `e${state.edge}` : state.node >= 0 ? `n${state.node}` : "";
    if (subject === reading) return;
    reading = subject;
    byId("panel").hidden = !subject;
    document.body.classList.toggle("reading", Boolean(subject));
    if (!subject) return;
    const content = state.path
      ? view.path(state.path, now.ways, Math.min(state.way, Math.max(0, now.ways.length - 1)))
      : state.edge >= 0 ? view.edge(state.edge) : nodes.type[state.node] === Logic.PAPER ? view.paper(state.node) : view.entity(state.node);
    const held = document.activeElement?.id;
    byId("detail").replaceChildren(...content.filter(Boolean));
    byId("detail").scrollTop = 0;
    const heading = byId("detail").querySelector("h2");
    byId("panel").setAttribute("aria-label", heading.textContent);
    if (held?.startsWith("way-")) byId(held)?.focus();
    else if (takeFocus) heading.focus({ preventScroll: true });
  }

  const way = () => now.ways[Math.min(state.way, now.ways.length - 1)] ?? [];

  function highlight() {
    const { shown } = now;
    if (state.path) {
      const edges = way();
      return map.highlight({ node: -1, nodes: new Set(edges.length ? Ways.stops(data, state.path[0], edges) : state.path), edges, veil: 0.68 });
    }
    if (state.edge >= 0) {
      const ends = [data.edges[0][state.edge], data.edges[1][state.edge]];
      return map.highlight({ node: -1, nodes: new Set(ends), edges: [state.edge], veil: true });
    }
    if (state.node < 0) return map.highlight(null);
    const edges = shown.edges.filter((e) => data.edges[0][e] === state.node || data.edges[1][e] === state.node);
    const around = edges.map((edge) => Ways.other(data, edge, state.node));
    return map.highlight({ node: state.node, nodes: new Set([state.node, ...around]), edges, veil: !now.focus || state.node !== state.centre });
  }

  // ---- the window ----------------------------------------------------------------------------------------------

  /** The part of the map that nothing covers. */
  function inset() {
    const frame = stage.getBoundingClientRect();
    const edge = Math.min(now.places ? 120 : 80, frame.width * (now.places ? 0.2 : 0.08)); // labels stand out over their nodes
    const free = { top: byId("bar").getBoundingClientRect().bottom - frame.top + 16, right: edge, bottom: 40, left: edge };
    if (byId("panel").hidden) return free;
    const box = byId("panel").getBoundingClientRect();
    if (box.width > frame.width * 0.8) free.bottom = Math.max(free.bottom, frame.bottom - box.top + 12);
    else free.right = Math.max(free.right, frame.right - box.left + 24);
    return free;
  }

  /** shown: all that is visible; lit: what is highlighted; best: the one of the two that the state is about; uncover:
      nothing, unless the panel covers what is selected. */
  function fitTo(what, animate = true) {
    if (what === "none") return;
    const lit = [...(map.lit?.nodes ?? [])];
    if (what === "uncover") return uncover(lit);
    if (lit.length && (what === "lit" || (what === "best" && !now.focus))) return map.fit(lit, inset(), { most: 1.1, animate });
    const least = narrowWindow.matches && !now.focus ? 0.42 : 0.1; // a phone shows the middle of the map, not a blur
    map.fit(now.shown.nodes, inset(), { animate, most: now.focus ? 1.3 : 1.5, least });
  }

  function uncover(lit) {
    if (state.node < 0) return;
    const scene = map.scaleAndOrigin();
    const free = inset();
    const [x, y] = map.at(state.node);
    const [sx, sy] = [x * scene.scale + scene.x, y * scene.scale + scene.y];
    if (sx > scene.width - free.right || sy > scene.height - free.bottom) map.fit(lit, free, { most: scene.scale });
  }

  // ---- actions -------------------------------------------------------------------------------------------------

  /** Select a node; where the map does not show it, it is added. Within a focused view the view stays. */
  function select(node, options = {}) {
    say("");
    if (pending >= 0) return endPath(node);
    const inside = state.depth && now.focus?.has(node);
    const visible = now.shown.nodes.includes(node);
    go({
      node, edge: -1, path: null, way: 0, centre: inside ? state.centre : -1, depth: inside ? state.depth : 0,
      extra: visible || inside ? state.extra : new Set([...state.extra, node]),
    }, { fit: inside ? "uncover" : "lit", ...options });
  }

  function askPath(node) {
    pending = node;
    byId("asking").hidden = false;
    byId("asking-from").textContent = Logic.shortTitle(nodes.label[node], 40);
    if (narrowWindow.matches) close();
    find.ask("To what? A name, title or id");
  }

  function stopAsking() {
    pending = -1;
    byId("asking").hidden = true;
    find.field.placeholder = "Search names, titles, ids";
  }

  function endPath(node) {
    const path = [pending, node];
    stopAsking();
    go({ node: -1, edge: -1, centre: -1, depth: 0, path, way: 0 }, { fit: "shown" });
  }

  function close() {
    go({ node: -1, edge: -1, path: null, way: 0 }, { quiet: true, fit: state.path ? "shown" : "none" });
  }

  /** Back to the first screen. */
  function reset() {
    say("");
    stopAsking();
    go({ ...State.first(data), list: state.list }, { fit: "shown", quiet: true });
  }

  const deeper = (by) => state.depth && go({ depth: Math.min(State.DEPTH, Math.max(1, state.depth + by)) }, { fit: "shown", quiet: true });

  /** To the neighbour in a direction; where there is none, to whatever lies there. */
  function walk(angle) {
    const points = (list) => new Map(list.map((n) => [n, map.at(n)]));
    const here = state.node;
    const next = here < 0 || !now.shown.nodes.includes(here)
      ? map.order[0] ?? -1
      : [[...map.lit.nodes].filter((n) => n !== here), now.shown.nodes].map((list) => Ways.toward(points(list), map.at(here), angle)).find((n) => n >= 0) ?? -1;
    if (next < 0) return;
    select(next, { quiet: true, replace: here >= 0, fit: "uncover" });
    const kind = nodes.type[next] === Logic.PAPER ? "paper" : `${types[nodes.type[next]].label}, ${Logic.count(nodes.papers[next], "paper")}`;
    byId("said").textContent = `${nodes.label[next]}, ${kind}, ${Logic.count(map.lit.edges.length, "line")}`;
    map.follow(next, inset());
  }

  /** A key on the map; whether it means something. */
  function key(name) {
    const { node } = state;
    const actions = {
      Enter: () => node >= 0 && go({ centre: node, depth: 1, path: null }, { fit: "shown", quiet: true }),
      " ": () => byId("detail").querySelector("h2")?.focus(),
      "+": () => map.zoom(1.4), "=": () => map.zoom(1.4), "-": () => map.zoom(1 / 1.4), 0: () => fitTo("shown"),
      "[": () => deeper(-1), "]": () => deeper(1), p: () => node >= 0 && askPath(node),
    };
    if (!(name in actions)) return false;
    actions[name]();
    return true;
  }

  // ---- light and dark, keys, start -----------------------------------------------------------------------------

  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = (name) => {
    document.documentElement.dataset.theme = name;
    byId("theme").setAttribute("aria-pressed", String(name === "dark"));
  };

  function wire() {
    const on = (id, action) => byId(id).addEventListener("click", action);
    on("tab-map", () => go({ list: false }, { quiet: true }));
    on("tab-list", () => go({ list: true }, { quiet: true }));
    on("everything", () => go({ all: true }, { fit: "shown", quiet: true }));
    on("reset", reset);
    on("close", () => { close(); find.field.focus(); });
    on("zoom-in", () => map.zoom(1.4));
    on("zoom-out", () => map.zoom(1 / 1.4));
    on("zoom-fit", () => fitTo("shown"));
    on("nearer", () => deeper(-1));
    on("farther", () => deeper(1));
    on("asking-stop", () => { stopAsking(); find.field.focus(); });
    on("share", () => sharing.open());
    on("help", () => byId("help-dialog").showModal());
    on("skip", () => byId(state.list ? "list" : "map").focus());
    document.querySelectorAll("dialog").forEach((d) => d.querySelector(".close").addEventListener("click", () => d.close()));
    on("theme", () => { theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"); repaint(); });
    dark.addEventListener("change", () => { theme(dark.matches ? "dark" : "light"); repaint(); });
    document.addEventListener("keydown", shortcut);
    addEventListener("hashchange", () => follow());
    let size = 0;
    new ResizeObserver(([entry]) => {
      if (size && size !== entry.contentRect.width) fitTo("best", false);
      size = entry.contentRect.width;
    }).observe(stage);
    if (narrowWindow.matches) byId("filters").open = false;
  }

  function repaint() {
    map.readColours();
    render({ redraw: true, quiet: true });
  }

  function shortcut(event) {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && !["checkbox", "range"].includes(event.target.type);
    if (document.querySelector("dialog[open]") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && !typing) {
      event.preventDefault();
      find.field.focus();
      find.field.select();
    } else if (event.key === "?" && !typing) {
      byId("help-dialog").showModal();
    } else if (event.key === "Escape") {
      if (pending >= 0) stopAsking();
      else if (!byId("panel").hidden) close();
      else if (state.depth) go({ centre: -1, depth: 0 }, { fit: "shown", quiet: true });
    }
  }

  theme(dark.matches ? "dark" : "light");
  map.readColours();
  byId("app").hidden = false;
  wire();
  render({ fit: "shown", animate: false });
  if (location.hash.length > 1) follow({ animate: false });
  else if (ids.has(meta.focus)) {
    state = { ...state, node: ids.get(meta.focus), centre: ids.get(meta.focus), depth: meta.depth };
    render({ fit: "shown", animate: false });
  }
  document.documentElement.dataset.ready = "1";
})();
