/* The map: vis-network draws nodes and lines, this file draws labels where there is room and what is highlighted.
   vis is handed only what is visible, never simulates, never selects and never sees a text. */
"use strict";

class GraphMap {
  /** `over`: elements that may lie over the map; `on`: what to do, `{node(n), edge(e), nothing(), open(n)}` on a click
      or touch, `walk(angle)` and `key(name)` on a key. */
  constructor(container, data, over, on) {
    this.data = data;
    this.over = over;
    this.container = container;
    this.nodes = new vis.DataSet();
    this.edges = new vis.DataSet();
    this.shown = { nodes: [], edges: [] };
    this.order = []; // nodes by rank
    this.bold = new Set();
    this.places = null; // a Map of positions other than those of the file
    this.lit = null; // what is highlighted: { node, nodes: Set, edges: [], veil: whether, or how much, all else is dimmed }
    this.hovered = -1;
    this.range = Math.max(4, Math.log2(data.nodes.papers.reduce((most, n) => Math.max(most, n), 1)));
    this.widths = new Map();
    this.network = new vis.Network(container, { nodes: this.nodes, edges: this.edges }, data.options);
    container.firstElementChild.tabIndex = -1; // the frame around it takes the keys
    this.written = []; // labels as they were drawn last
    this.network.on("afterDrawing", (context) => this.overlay(context));
    this.listen(on);
    this.readColours();
  }

  listen(on) {
    const pick = ({ pointer }) => this.nearest(pointer.DOM.x, pointer.DOM.y);
    this.network.on("click", (event) => {
      const node = pick(event);
      if (node >= 0) return on.node(node);
      const edge = this.network.getEdgeAt(event.pointer.DOM);
      return edge === undefined ? on.nothing() : on.edge(edge);
    });
    this.network.on("doubleClick", (event) => {
      const node = pick(event);
      if (node >= 0) on.open(node);
    });
    this.network.on("hold", (event) => {
      const node = pick(event);
      if (node >= 0) on.open(node); // a finger cannot click twice with ease
    });
    const angles = { ArrowRight: 0, ArrowDown: Math.PI / 2, ArrowLeft: Math.PI, ArrowUp: -Math.PI / 2 };
    this.container.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key in angles) on.walk(angles[event.key]);
      else if (!on.key(event.key)) return;
      event.preventDefault();
    });
    let waiting = false;
    this.container.addEventListener("pointermove", (event) => {
      if (waiting || event.pointerType === "touch" || event.buttons) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        const frame = this.container.getBoundingClientRect();
        const node = this.nearest(event.clientX - frame.left, event.clientY - frame.top);
        if (node === this.hovered) return;
        this.hovered = node;
        this.container.classList.toggle("pointing", node >= 0);
        this.network.redraw();
      });
    });
    this.container.addEventListener("pointerleave", () => {
      this.hovered = -1;
      this.network.redraw();
    });
  }

  /** Colours of the page's style, for light or dark. */
  readColours() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(name).trim();
    this.colour = { ground: read("--map"), text: read("--text"), quiet: read("--quiet"), accent: read("--accent"), lines: Number(read("--lines")) };
    this.font = getComputedStyle(document.body).fontFamily;
    this.widths.clear();
  }

  at(node) {
    return this.places?.get(node) ?? [this.data.nodes.x[node], this.data.nodes.y[node]];
  }

  /** Show these nodes and edges; `places`: a Map of positions for a focused view, or null. */
  draw(shown, places = null) {
    this.shown = shown;
    this.places = places;
    const { types, relations, nodes } = this.data;
    const [sources, targets, kinds] = this.data.edges;
    this.order = [...shown.nodes].sort((a, b) => this.rank(b) - this.rank(a) || a - b);
    this.bold = new Set(this.order.slice(0, 40).filter((n) => nodes.papers[n] > 1));
    this.edges.clear();
    this.nodes.clear();
    this.nodes.add(
      shown.nodes.map((n) => {
        const [x, y] = this.at(n);
        const { colour, shape } = types[nodes.type[n]];
        return {
          id: n, x, y, shape, size: nodes.size[n], borderWidth: 1.5, color: { background: colour, border: this.colour.ground },
        };
      }),
    );
    this.edges.add(
      shown.edges.map((e) => {
        const { colour, dashes } = relations[kinds[e]];
        const { width, opacity } = this.stroke(e);
        return {
          id: e, from: sources[e], to: targets[e], width, dashes: dashes.length ? dashes : false,
          color: { color: colour, opacity, inherit: false }, arrows: { to: { enabled: false } },
        };
      }),
    );
    this.network.setOptions({ interaction: { hideEdgesOnDrag: shown.edges.length > 2500, hideEdgesOnZoom: shown.edges.length > 2500 } });
  }

  /** Width and opacity of an edge: a link between things is the thicker, the more papers name both. */
  stroke(edge) {
    const crowd = this.shown.edges.length > 900 ? 0.32 : 0.6;
    const opacity = Math.min(1, crowd * this.colour.lines);
    if (edge < this.data.paperEdges) return { width: 0.5 + this.data.relations[this.data.edges[2][edge]].width * 0.7, opacity };
    const weight = Math.log2(Logic.link(this.data, edge).papers) / Math.max(1, Math.log2(this.data.strongest));
    return { width: 0.7 + 3.3 * weight ** 1.3, opacity: Math.min(1, (0.3 + 0.4 * weight) * this.colour.lines) };
  }

  /** What is worth a label first. */
  rank(node) {
    const { type, papers, core } = this.data.nodes;
    return type[node] === Logic.PAPER ? 0 : papers[node] + core[node] / 2;
  }

  /** Highlight a node with its neighbours (or an edge with its ends); null for none. */
  highlight(lit) {
    this.lit = lit;
    this.network.redraw();
  }

  scaleAndOrigin() {
    const scale = this.network.getScale();
    const middle = this.network.getViewPosition();
    const { clientWidth: width, clientHeight: height } = this.container;
    return { scale, x: width / 2 - middle.x * scale, y: height / 2 - middle.y * scale, width, height };
  }

  /** The visible node at a point of the window, within a finger's reach; -1 where there is none. */
  nearest(x, y) {
    const view = this.scaleAndOrigin();
    let best = -1;
    let least = Infinity;
    for (const n of this.shown.nodes) {
      const [nx, ny] = this.at(n);
      const away = Math.hypot(nx * view.scale + view.x - x, ny * view.scale + view.y - y);
      const reach = Math.max(this.data.nodes.size[n] * view.scale + 3, 10);
      if (away <= reach && away - reach < least) {
        best = n;
        least = away - reach;
      }
    }
    return best;
  }

  /** Drawn over what vis drew, in its coordinates: the veil over all that is not highlighted, then labels. */
  overlay(context) {
    const view = this.scaleAndOrigin();
    const ratio = this.network.canvas.pixelRatio;
    const toScreen = () => context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.save();
    if (this.lit?.veil) {
      context.save();
      toScreen();
      context.globalAlpha = this.lit.veil === true ? 0.84 : this.lit.veil;
      context.fillStyle = this.colour.ground;
      context.fillRect(0, 0, view.width, view.height);
      context.restore();
      const { nodes, edges } = this.network.body; // vis's own objects: redrawn, not changed
      this.lit.edges.forEach((e) => edges[e]?.draw(context));
      this.lit.nodes.forEach((n) => nodes[n]?.draw(context));
    }
    toScreen();
    this.ring(context, view);
    this.labels(context, view);
    context.restore();
  }

  ring(context, view) {
    const node = this.lit?.node ?? -1;
    if (node < 0) return;
    const [x, y] = this.at(node);
    context.beginPath();
    context.arc(x * view.scale + view.x, y * view.scale + view.y, this.data.nodes.size[node] * view.scale + 5, 0, 7);
    context.strokeStyle = this.colour.accent;
    context.lineWidth = 2.5;
    context.stroke();
  }

  /** What is drawn in the window, as plain values in its pixels: for files. Dimmed is what the veil covers. */
  scene() {
    const view = this.scaleAndOrigin();
    const { nodes, types, relations, edges } = this.data;
    const at = (n) => this.at(n).map((v, k) => v * view.scale + (k ? view.y : view.x));
    const inside = ([x, y]) => x > -40 && y > -40 && x < view.width + 40 && y < view.height + 40;
    const lit = new Set(this.lit?.edges);
    const dim = (bright) => (this.lit?.veil && !bright ? 1 - (this.lit.veil === true ? 0.84 : this.lit.veil) : 1);
    const seen = new Set(this.shown.nodes);
    const lines = this.shown.edges.filter((e) => seen.has(edges[0][e]) && (inside(at(edges[0][e])) || inside(at(edges[1][e]))));
    return {
      width: view.width, height: view.height, ground: this.colour.ground, font: this.font, labels: this.written,
      edges: lines.map((e) => {
        const [[x1, y1], [x2, y2], { colour, dashes }, { width, opacity }] = [at(edges[0][e]), at(edges[1][e]), relations[edges[2][e]], this.stroke(e)];
        return { x1, y1, x2, y2, colour, dashes: dashes.map((d) => d * view.scale), width: Math.max(0.4, width * view.scale), opacity: opacity * dim(lit.has(e)) };
      }),
      nodes: this.shown.nodes.filter((n) => inside(at(n))).map((n) => {
        const [[x, y], { colour, shape }] = [at(n), types[nodes.type[n]]];
        return { x, y, colour, shape, size: nodes.size[n] * view.scale, label: nodes.label[n], opacity: dim(this.lit?.nodes.has(n)) };
      }),
    };
  }

  /** The window as a PNG: a promise of a blob. */
  picture() {
    const drawn = this.network.canvas.frame.canvas;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [drawn.width, drawn.height];
    const context = canvas.getContext("2d");
    context.fillStyle = this.colour.ground;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(drawn, 0, 0);
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  }

  /** What lies over the canvas: boxes in its pixels, where a label would not be seen. */
  covers() {
    const frame = this.container.getBoundingClientRect();
    return this.over.filter((element) => !element.hidden).map((element) => {
      const box = element.getBoundingClientRect();
      return [box.left - frame.left, box.top - frame.top, box.right - frame.left, box.bottom - frame.top];
    });
  }

  /** Labels in order of rank, each beside its node where no other label and no node is in the way. */
  labels(context, view) {
    const grid = new Grid();
    this.written = [];
    this.covers().forEach((box) => grid.add(box, -1, true));
    const wanted = [];
    const first = [this.lit?.node ?? -1, this.hovered].filter((n) => n >= 0);
    for (const n of [...new Set([...first, ...this.order])]) {
      if (this.lit?.veil && !this.lit.nodes.has(n) && n !== this.hovered) continue;
      const [wx, wy] = this.at(n);
      const [x, y] = [wx * view.scale + view.x, wy * view.scale + view.y];
      if (x < -60 || y < -30 || x > view.width + 60 || y > view.height + 30) continue;
      const reach = this.data.nodes.size[n] * view.scale;
      wanted.push({ n, x, y, reach, must: first.includes(n) });
      // A label may cover the dot of a paper, never another thing.
      const box = [x - reach, y - reach, x + reach, y + reach];
      const must = first.includes(n);
      if (must || this.data.nodes.type[n] !== Logic.PAPER) grid.add(box, n, must || this.bold.has(n));
    }
    context.textBaseline = "middle";
    context.lineJoin = "round";
    wanted.forEach((item) => this.label(context, view, grid, item));
  }

  label(context, view, grid, { n, x, y, reach, must }) {
    const { type, label, papers } = this.data.nodes;
    const paper = type[n] === Logic.PAPER;
    if (paper && !must && view.scale < 1.15 && (this.lit?.nodes.size ?? Infinity) > 30) return;
    const pixels = paper ? 11 : Math.min(16, 11 + (5 * Math.log2(Math.max(1, papers[n]))) / this.range);
    const text = paper ? Logic.shortTitle(label[n]) : Logic.shortTitle(label[n], must ? 60 : this.bold.has(n) ? 36 : 30);
    context.font = `${this.bold.has(n) ? 600 : 400} ${pixels}px ${this.font}`;
    const width = this.width(context, text);
    const [half, tall] = [width / 2, pixels * 0.62];
    const gap = reach + tall + (n === this.lit?.node ? 7 : 1);
    const side = reach + half + 4;
    const spots = this.spots(n).map(([dx, dy, slip]) => [x + dx * side, y + dy * gap + slip * tall]);
    const inside = spots.filter(([cx, cy]) => cx - half > 3 && cx + half < view.width - 3 && cy - tall > 2 && cy + tall < view.height - 2);
    const free = (over) => inside.find(([cx, cy]) => grid.free([cx - half - 1, cy - tall, cx + half + 1, cy + tall], n, over));
    // The names that matter most may cover small things, but never another name.
    const spot = free(false) ?? (this.bold.has(n) || must ? free(true) : null) ?? (must ? spots[0] : null);
    if (!spot) return;
    grid.add([spot[0] - half, spot[1] - tall, spot[0] + half, spot[1] + tall], n, true);
    context.strokeStyle = this.colour.ground;
    context.lineWidth = 3.5;
    context.fillStyle = paper ? this.colour.quiet : this.colour.text;
    this.written.push({ x: spot[0], y: spot[1], text, pixels, weight: this.bold.has(n) ? 600 : 400, colour: context.fillStyle });
    context.strokeText(text, spot[0] - half, spot[1]);
    context.fillText(text, spot[0] - half, spot[1]);
  }

  /** Where a label may stand, best first: below, above, right, left; in a focused view outwards first. */
  spots(n) {
    const round = [[0, 1, 0], [0, -1, 0], [1, 0, 0], [-1, 0, 0], [1, 0, 1], [-1, 0, 1], [1, 0, -1], [-1, 0, -1]];
    if (!this.places) return round;
    const [x, y] = this.at(n);
    const outwards = ([dx, dy]) => (dx * x + dy * y * 1.2 > 0 ? Math.abs(dx * x) + Math.abs(dy * y * 1.2) : -1);
    return round.sort((a, b) => outwards(b) - outwards(a));
  }

  width(context, text) {
    const key = context.font + text;
    if (!this.widths.has(key)) this.widths.set(key, context.measureText(text).width);
    return this.widths.get(key);
  }

  /** Fit nodes into the part of the canvas that `inset` (pixels: top, right, bottom, left) leaves free. */
  fit(nodes, inset, { most = 1.5, least = 0, animate = true } = {}) {
    if (!nodes.length) return;
    const points = nodes.map((n) => this.at(n));
    const xs = points.map((p) => p[0]);
    const ys = points.map((p) => p[1]);
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const { clientWidth, clientHeight } = this.container;
    const width = Math.max(80, clientWidth - inset.left - inset.right);
    const height = Math.max(80, clientHeight - inset.top - inset.bottom);
    const scale = Math.max(least, Math.min(most, width / (right - left + 40), height / (bottom - top + 40)));
    const position = {
      x: (left + right) / 2 + (inset.right - inset.left) / 2 / scale,
      y: (top + bottom) / 2 + (inset.bottom - inset.top) / 2 / scale,
    };
    this.network.moveTo({ position, scale, animation: this.animation(animate) });
  }

  /** Bring a node into the part of the window that `inset` leaves free, at the scale there is. */
  follow(node, inset) {
    const view = this.scaleAndOrigin();
    const [x, y] = this.at(node).map((v, k) => v * view.scale + (k ? view.y : view.x));
    if (x > inset.left && x < view.width - inset.right && y > inset.top && y < view.height - inset.bottom) return;
    this.fit([node], inset, { most: view.scale });
  }

  zoom(factor) {
    this.network.moveTo({ scale: this.network.getScale() * factor, animation: this.animation(true) });
  }

  animation(wanted) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    return wanted && !still ? { duration: 350, easingFunction: "easeInOutQuad" } : false;
  }
}

/** Boxes by cells of the window, to ask quickly whether a box is free. */
class Grid {
  constructor(cell = 48) {
    this.cell = cell;
    this.cells = new Map();
  }

  *keys([left, top, right, bottom]) {
    for (let x = Math.floor(left / this.cell); x <= right / this.cell; x += 1) {
      for (let y = Math.floor(top / this.cell); y <= bottom / this.cell; y += 1) yield x * 4096 + y;
    }
  }

  /** `firm`: names, and the things that matter most, which nothing may cover. */
  add(box, owner, firm = false) {
    for (const key of this.keys(box)) {
      if (!this.cells.has(key)) this.cells.set(key, []);
      this.cells.get(key).push([box, owner, firm]);
    }
  }

  /** `over`: whether it may cover what is not firm. */
  free(box, owner, over) {
    for (const key of this.keys(box)) {
      for (const [other, of, firm] of this.cells.get(key) ?? []) {
        if (of !== owner && (firm || !over) && other[0] < box[2] && box[0] < other[2] && other[1] < box[3] && box[1] < other[3]) return false;
      }
    }
    return true;
  }
}
