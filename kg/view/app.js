/* The state of the page and what changes it. Selection and focus live in the address, so that back, forward and links
   work; filters live in their checkboxes. */
"use strict";

(() => {
  const { el, sign, line, own } = Panel;
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const { nodes, types, relations, meta } = data;
  const at = Logic.adjacency(data);
  const index = Logic.searchIndex(nodes);
  const ids = new Map(nodes.id.map((id, n) => [id, n]));
  const state = {
    types: types.map(() => true),
    relations: relations.map((r) => r.key !== "MENTIONS" || meta.focus !== ""),
    all: false, extra: new Set(), focus: null, selected: -1, edge: -1, depth: 0, address: location.hash,
  };
  const FOCUS = 110; // nodes of a focused view
  const LEAST = matchMedia("(max-width: 800px)").matches ? 0.42 : 0.1; // a phone shows the middle of the map, not a blur
  let shown = { nodes: [], edges: [], typeCounts: [], relationCounts: [] };
  const view = new Panel.View(data, at, (node) => select(node), { focus: (node) => select(node, { depth: 1 }), expand });
  const map = new GraphMap(byId("map"), data, ["panel", "bar", "zoom"].map(byId), {
    node: (node) => select(node, { from: "map", depth: state.depth && state.focus?.has(node) ? state.depth : 0, keep: true }),
    edge: showEdge,
    nothing: () => close(),
    open: (node) => select(node, { depth: 1 }),
  });

  // ---- what is shown -------------------------------------------------------------------------------------------

  function update({ fit = false, animate = true, redraw = false } = {}) {
    const before = shown;
    shown = Logic.visible(data, state);
    const same = (a, b) => a.length === b.length && a.every((value, n) => value === b[n]);
    if (redraw || !same(before.nodes, shown.nodes) || !same(before.edges, shown.edges) || map.places !== (state.places ?? null)) {
      map.draw(shown, state.places ?? null);
    }
    [["type", types, shown.typeCounts], ["relation", relations, shown.relationCounts]].forEach(([name, rows, counts]) =>
      rows.forEach((row, n) => (byId(`${name}-${row.key}`).textContent = counts[n].toLocaleString("en"))));
    banner();
    highlight();
    if (!byId("list").hidden) byId("list").replaceChildren(...view.list(shown.nodes).filter(Boolean));
    byId("reset").hidden = !state.focus && !state.all && !state.extra.size;
    byId("everything").hidden = Boolean(state.focus) || state.all || nodes.core.every((c) => c === 1);
    if (fit) fitTo(shown.nodes, { animate, least: LEAST });
  }

  // What the first screen leaves out, and in which words that is true of all of it.
  const proposed = new Set(data.edges[1].filter((_, e) => relations[data.edges[2][e]].key === "PROPOSES"));
  const hidden = nodes.id.flatMap((_, n) => (nodes.core[n] ? [] : [n]));
  const why = hidden.every((n) => nodes.papers[n] === 1 && !proposed.has(n)) ? " that one paper names and none proposes" : ", the less shared ones";

  /** Says what is hidden, and why. */
  function banner() {
    const papers = shown.nodes.filter((n) => nodes.type[n] === Logic.PAPER).length;
    const total = meta.counts.papers + meta.counts.entities;
    const what = `${Logic.count(papers, "paper")} and ${Logic.count(shown.nodes.length - papers, "entity", "entities")}`;
    const scope = nodes.id.filter((_, n) => state.extra.has(n) || (state.focus ? state.focus.has(n) : state.all || nodes.core[n])).length;
    const filtered = scope - shown.nodes.length - shown.over;
    const pieces = [];
    if (state.focus) pieces.push("Neighbourhood of ", own(nodes.label[state.centre], "strong"), `: ${what}, of ${total.toLocaleString("en")}${state.whole ? "" : ", the most linked"}.`);
    else if (shown.nodes.length === total) pieces.push(`All ${what}.`);
    else pieces.push(`Showing ${shown.nodes.length.toLocaleString("en")} of ${total.toLocaleString("en")}: ${what}.`);
    if (!state.all && !state.focus && meta.whole && hidden.length) pieces.push(` Hidden: ${Logic.count(hidden.length, "entity", "entities")}${why}.`);
    if (filtered) pieces.push(` ${filtered.toLocaleString("en")} more under boxes that are not ticked.`);
    if (shown.over) pieces.push(` ${shown.over.toLocaleString("en")} more pass the filters, but no map of so many is readable.`);
    if (!meta.whole) {
      pieces.push(` This file carries ${nodes.id.length.toLocaleString("en")} of ${total.toLocaleString("en")}, ${meta.focus ? "those around its subject" : "the most shared"}; `,
        own("kg view --focus NAME", "code"), " makes a page about any other.");
    }
    byId("count").replaceChildren(...pieces);
  }

  function highlight() {
    if (state.edge >= 0) {
      const ends = [data.edges[0][state.edge], data.edges[1][state.edge]];
      return map.highlight({ node: -1, nodes: new Set(ends), edges: [state.edge], veil: true });
    }
    if (state.selected < 0) return map.highlight(null);
    const drawn = new Set(shown.edges);
    const edges = at[state.selected].filter((edge) => drawn.has(edge));
    const around = edges.map((edge) => Logic.other(data, edge, state.selected));
    return map.highlight({ node: state.selected, nodes: new Set([state.selected, ...around]), edges, veil: !state.focus || state.selected !== state.centre });
  }

  /** The part of the map that nothing covers. */
  function inset() {
    const frame = byId("map").getBoundingClientRect();
    const panel = byId("panel");
    const edge = Math.min(state.places ? 120 : 80, frame.width * (state.places ? 0.2 : 0.08)); // labels stand out over their nodes
    const free = { top: byId("bar").getBoundingClientRect().bottom - frame.top + 16, right: edge, bottom: 40, left: edge };
    if (panel.hidden) return free;
    const box = panel.getBoundingClientRect();
    if (box.width > frame.width * 0.8) free.bottom = Math.max(free.bottom, frame.bottom - box.top + 12);
    else free.right = Math.max(free.right, frame.right - box.left + 24);
    return free;
  }

  const fitTo = (which, options) => map.fit(which, inset(), options);

  // ---- selection -----------------------------------------------------------------------------------------------

  /** Select a node and open its panel. depth: narrow the map to its neighbourhood; keep: leave the map where it is. */
  function select(node, { depth = 0, from = "", keep = false, address = true } = {}) {
    const moved = depth !== state.depth || (depth && !state.focus?.has(node));
    if (depth && moved) narrow(node, depth);
    if (!depth) widen();
    state.selected = node;
    state.edge = -1;
    if (!shown.nodes.includes(node) && !depth) state.extra.add(node);
    open(nodes.type[node] === Logic.PAPER ? view.paper(node) : view.entity(node), from !== "map");
    if (address) remember();
    update();
    if (depth) fitTo(shown.nodes, { most: 1.3 });
    else if (!keep) fitTo([...map.lit.nodes], { most: 1.1 });
    else uncover(node);
  }

  function narrow(node, depth) {
    const made = nodes.id[node] === meta.focus && depth === meta.depth; // what the file was made for
    const { hops, whole } = Logic.neighbourhood(data, at, node, depth, made ? nodes.id.length : FOCUS);
    const frame = byId("map").getBoundingClientRect();
    const beside = frame.width > 800 ? 424 : 0; // the panel will stand beside the map
    const aspect = (frame.width - beside - 220) / (frame.height - 120);
    const places = hops.size <= FOCUS ? Logic.radial(data, at, hops, aspect) : null;
    Object.assign(state, { focus: new Set(hops.keys()), depth, centre: node, places, whole });
  }

  function widen() {
    Object.assign(state, { focus: null, depth: 0, centre: -1, places: null });
  }

  /** Move the map where the panel covers the node. */
  function uncover(node) {
    const scene = map.scaleAndOrigin();
    const free = inset();
    const [x, y] = map.at(node);
    const [sx, sy] = [x * scene.scale + scene.x, y * scene.scale + scene.y];
    if (sx > scene.width - free.right || sy > scene.height - free.bottom) fitTo([...map.lit.nodes], { most: scene.scale });
  }

  function expand(node) {
    at[node].forEach((edge) => state.extra.add(Logic.other(data, edge, node)));
    state.extra.add(node);
    if (state.focus) widen();
    update();
    remember();
    fitTo([...map.lit.nodes], { most: 1.1 });
  }

  function showEdge(edge) {
    state.selected = -1;
    state.edge = edge;
    open(view.edge(edge), false);
    highlight();
  }

  function open(content, takeFocus) {
    byId("detail").replaceChildren(...content.filter(Boolean));
    byId("panel").hidden = false;
    document.body.classList.add("reading");
    byId("detail").scrollTop = 0;
    byId("panel").setAttribute("aria-label", byId("detail").querySelector("h2").textContent);
    if (takeFocus) byId("detail").querySelector("h2").focus({ preventScroll: true });
  }

  function close() {
    byId("panel").hidden = true;
    document.body.classList.remove("reading");
    Object.assign(state, { selected: -1, edge: -1 });
    highlight();
    remember();
  }

  /** Back to the first screen. */
  function reset() {
    widen();
    state.all = false;
    state.extra.clear();
    close();
    update({ fit: true });
  }

  // ---- the address ---------------------------------------------------------------------------------------------

  function remember() {
    const node = state.focus ? state.selected >= 0 ? state.selected : state.centre : state.selected;
    const hash = Logic.writeHash({ node: node >= 0 ? nodes.id[node] : "", focus: state.depth });
    if (hash === state.address) return;
    state.address = hash;
    location.hash = hash; // an empty one leaves "#", which reads as none
  }

  function follow() {
    const hash = location.hash === "#" ? "" : location.hash;
    if (hash === state.address) return;
    state.address = hash;
    const wanted = Logic.readHash(hash);
    say("");
    if (!wanted.node) return reset();
    const found = Logic.resolve(data, ids, wanted.node);
    if (found.length === 1) return select(found[0], { depth: wanted.focus, address: false });
    if (found.length) return say(`“${wanted.node}” may be one of these:`, found);
    return say(`Nothing here has the id “${wanted.node}”. Search for a name instead.`);
  }

  function say(text, choices = []) {
    const message = byId("message");
    message.hidden = !text;
    message.replaceChildren(own(text, "span"), ...choices.map((n) => view.link(n)));
  }

  // ---- search --------------------------------------------------------------------------------------------------

  const field = document.querySelector("input[type=search]");
  const hits = byId("hits");
  let chosen = -1;

  function suggest() {
    const found = Logic.search(index, field.value);
    chosen = -1;
    hits.replaceChildren(...found.map((n, k) =>
      el("li", { role: "option", id: `hit-${k}`, "data-node": n, "aria-selected": "false", pointerdown: (event) => { event.preventDefault(); take(n); } },
        sign(types[nodes.type[n]]), own(nodes.label[n], "span"),
        el("small", {}, nodes.type[n] === Logic.PAPER ? String(nodes.year[n] || "") : Logic.count(nodes.papers[n], "paper")))));
    if (!found.length && field.value.trim()) hits.append(el("li", { class: "none", role: "option", "aria-disabled": "true" }, "Nothing has that name."));
    hits.hidden = !field.value.trim();
    field.setAttribute("aria-expanded", String(!hits.hidden));
    field.removeAttribute("aria-activedescendant");
  }

  function take(node) {
    hits.hidden = true;
    field.setAttribute("aria-expanded", "false");
    say("");
    select(node);
  }

  function step(by) {
    const options = [...hits.querySelectorAll("[data-node]")];
    if (!options.length) return;
    options[chosen]?.setAttribute("aria-selected", "false");
    chosen = (chosen + by + options.length + (chosen < 0 && by < 0 ? 1 : 0)) % options.length;
    options[chosen].setAttribute("aria-selected", "true");
    options[chosen].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", options[chosen].id);
  }

  field.addEventListener("input", suggest);
  field.addEventListener("focus", () => field.value.trim() && suggest());
  field.addEventListener("blur", () => (hits.hidden = true));
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const options = [...hits.querySelectorAll("[data-node]")];
      const best = options[Math.max(0, chosen)]?.dataset.node ?? Logic.search(index, field.value, 1)[0];
      if (best !== undefined) take(Number(best));
      else if (field.value.trim()) say(`Nothing here is called “${field.value.trim()}”.`);
    } else if (event.key === "Escape" && !hits.hidden) {
      event.stopPropagation();
      hits.hidden = true;
    }
  });

  // ---- legend, tabs, keys --------------------------------------------------------------------------------------

  function legend(name, rows, ticked, icon) {
    byId(`${name}s`).append(...rows.map((row, n) =>
      el("label", { title: row.about, "data-key": row.key },
        el("input", { type: "checkbox", name, value: row.key, checked: ticked[n], change: (event) => { ticked[n] = event.target.checked; update(); } }),
        icon(row), el("span", { class: "name" }, row.plural ?? row.label), el("output", { id: `${name}-${row.key}`, class: "number" }))));
  }

  function tab(name) {
    byId("list").hidden = name !== "list";
    byId("zoom").hidden = name === "list";
    ["map", "list"].forEach((t) => byId(`tab-${t}`).setAttribute("aria-pressed", String(t === name)));
    update();
  }

  function wire() {
    legend("type", types, state.types, sign);
    legend("relation", relations, state.relations, line);
    const on = (id, action) => byId(id).addEventListener("click", action);
    on("tab-map", () => tab("map"));
    on("tab-list", () => tab("list"));
    on("everything", () => { state.all = true; update({ fit: true }); });
    on("reset", reset);
    on("close", () => { close(); field.focus(); });
    on("zoom-in", () => map.zoom(1.4));
    on("zoom-out", () => map.zoom(1 / 1.4));
    on("zoom-fit", () => fitTo(shown.nodes, { least: LEAST }));
    document.addEventListener("keydown", (event) => {
      const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && event.target.type !== "checkbox";
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        field.focus();
        field.select();
      } else if (event.key === "Escape" && !byId("panel").hidden) close();
    });
    addEventListener("hashchange", follow);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { map.readColours(); update({ redraw: true }); });
    let size = 0;
    new ResizeObserver(([entry]) => {
      if (size && size !== entry.contentRect.width) fitTo(state.selected >= 0 ? [...map.lit.nodes] : shown.nodes, { animate: false });
      size = entry.contentRect.width;
    }).observe(byId("map"));
    if (matchMedia("(max-width: 800px)").matches) byId("filters").open = false;
  }

  byId("app").hidden = false;
  wire();
  update({ fit: true, animate: false });
  const start = location.hash;
  state.address = "";
  if (start.length > 1) follow();
  else if (ids.has(meta.focus)) select(ids.get(meta.focus), { address: false, depth: meta.depth });
  document.documentElement.dataset.ready = "1";
})();
