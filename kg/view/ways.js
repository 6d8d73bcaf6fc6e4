/* Ways through the graph: neighbourhoods, paths, and where their nodes stand. Pure functions, as in logic.js. */
"use strict";

const Ways = (() => {
  /** For each node the edges at it: those of papers, or with `links` those between things. */
  function adjacency(data, links = false) {
    const at = data.nodes.id.map(() => []);
    const [sources, targets] = data.edges;
    for (let edge = links ? data.paperEdges : 0; edge < (links ? sources.length : data.paperEdges); edge += 1) {
      at[sources[edge]].push(edge);
      at[targets[edge]].push(edge);
    }
    return at;
  }

  /** The node at the other end of an edge. */
  function other(data, edge, node) {
    return data.edges[0][edge] === node ? data.edges[1][edge] : data.edges[0][edge];
  }

  /** Nodes around one node: `depth` steps, a step leading from a thing to a thing through a paper. With `near` (edges
      between things by node) a step goes along one of these, where the node has any.
      Breadth first, at most `limit` nodes, a third of what is left for each ring but the last: of a hub's papers
      those that name most, of their entities those that most of these papers name. `hops`: a map from node to
      distance; `whole`: nothing was left out; `direct`: papers were not gone through. */
  function neighbourhood(data, at, start, { depth = 1, limit = 150, near = null } = {}) {
    const direct = Boolean(near?.[start].length);
    const edges = direct ? near : at;
    const hops = new Map([[start, 0]]);
    let ring = [start];
    let whole = true;
    const last = direct ? depth : 2 * depth - (data.nodes.type[start] === Logic.PAPER ? 1 : 0);
    for (let hop = 1; hop <= last; hop += 1) {
      const reached = new Map();
      ring.forEach((node) => edges[node].forEach((edge) => {
        const next = other(data, edge, node);
        if (!hops.has(next)) reached.set(next, (reached.get(next) ?? 0) + (direct ? Logic.link(data, edge).papers : 1));
      }));
      const left = limit - hops.size;
      const room = hop === last || reached.size <= left / 3 ? left : Math.ceil(left / 3);
      ring = [...reached.keys()].sort((a, b) => reached.get(b) - reached.get(a) || edges[b].length - edges[a].length || a - b);
      whole &&= ring.length <= room;
      ring = ring.slice(0, room);
      ring.forEach((node) => hops.set(node, hop));
    }
    return { hops, whole, direct };
  }

  /** Shortest ways from one node to another, each a list of edges; the surest relations first, at most `limit`. */
  function paths(data, at, from, to, limit = 12) {
    const distance = new Map([[from, 0]]);
    let ring = [from];
    while (ring.length && !distance.has(to)) {
      const next = [];
      for (const node of ring) {
        for (const edge of at[node]) {
          const reached = other(data, edge, node);
          if (distance.has(reached)) continue;
          distance.set(reached, distance.get(node) + 1);
          next.push(reached);
        }
      }
      ring = next;
    }
    const found = [];
    if (from === to || !distance.has(to)) return found;
    const back = (node, way) => {
      if (found.length >= limit) return;
      if (node === from) return void found.push(way);
      const nearer = at[node].filter((edge) => distance.get(other(data, edge, node)) === distance.get(node) - 1);
      nearer.sort((a, b) => data.edges[2][a] - data.edges[2][b] || a - b);
      nearer.forEach((edge) => back(other(data, edge, node), [edge, ...way]));
    };
    back(to, []);
    return found;
  }

  /** The nodes of a way, from its start on. */
  function stops(data, from, way) {
    return way.reduce((nodes, edge) => [...nodes, other(data, edge, nodes.at(-1))], [from]);
  }

  /** Positions of ways side by side: the start at the left, the end at the right, one column for each step. */
  function columns(data, from, ways) {
    const steps = [];
    ways.forEach((way) => stops(data, from, way).forEach((node, n) => (steps[n] ||= new Set()).add(node)));
    const place = new Map();
    steps.forEach((nodes, n) => [...nodes].forEach((node, k) => {
      // Every other column a little lower: names then do not stand on one line.
      place.set(node, [(n - (steps.length - 1) / 2) * 190, (k - (nodes.size - 1) / 2) * 84 + (n % 2 ? 34 : 0)]);
    }));
    return place;
  }

  /** Of some points by node the one that lies in a direction (an angle) from `here`; -1 where none does. */
  function toward(points, here, angle) {
    let best = -1;
    let least = Infinity;
    points.forEach(([x, y], node) => {
      const away = Math.hypot(x - here[0], y - here[1]);
      const turn = Math.abs(Math.atan2(Math.sin(Math.atan2(y - here[1], x - here[0]) - angle), Math.cos(Math.atan2(y - here[1], x - here[0]) - angle)));
      if (away === 0 || turn > Math.PI / 3 || away * (1 + turn) >= least) return;
      best = node;
      least = away * (1 + turn);
    });
    return best;
  }

  /** Mean direction of some angles. */
  function meanAngle(angles) {
    return Math.atan2(
      angles.reduce((sum, a) => sum + Math.sin(a), 0),
      angles.reduce((sum, a) => sum + Math.cos(a), 0),
    );
  }

  /** Positions around one node: rings by hops, each node near the direction of what it hangs on.
      `aspect`: width to height of the room there is. */
  function radial(data, at, hops, aspect = 1.4) {
    const TURN = 2 * Math.PI;
    const stretch = Math.sqrt(Math.min(1.6, Math.max(0.7, aspect)));
    const rings = [];
    hops.forEach((hop, node) => (rings[hop] ||= []).push(node));
    const angle = new Map();
    const place = new Map([[rings[0][0], [0, 0]]]);
    const inner = (node, hop) =>
      at[node].map((edge) => other(data, edge, node)).filter((n) => hops.get(n) === hop - 1);
    let radius = 0;
    rings.slice(1).forEach((ring, k) => {
      const hop = k + 1;
      const own = (node) => (rings[hop + 1] || []).filter((n) => inner(n, hop + 1)[0] === node).length;
      const owned = hop === 1 ? ring.map(own) : [];
      const least = 1 + owned.reduce((sum, n) => sum + n, 0) / (2 * ring.length); // those that lead nowhere need room too
      const room = ring.map((_, n) => (hop === 1 ? least + owned[n] : 1));
      const total = room.reduce((sum, r) => sum + r, 0);
      const order = ring.map((node, n) => [node, room[n], hop === 1 ? n : meanAngle(inner(node, hop).map((i) => angle.get(i)))]);
      if (hop > 1) order.forEach((item) => (item[2] = (item[2] + TURN + Math.PI / 2) % TURN));
      order.sort((a, b) => a[2] - b[2] || a[0] - b[0]);
      const rows = ring.length > 28 ? 3 : ring.length > 12 ? 2 : 1; // staggered, so that labels find room
      radius += Math.max(hop === 1 ? 150 : 120, (ring.length * 58) / rows / TURN - radius);
      let passed = 0;
      order.forEach(([node, width], n) => {
        const turn = ((passed + width / 2) / total) * TURN - Math.PI / 2;
        const away = radius + (n % rows) * 52;
        passed += width;
        angle.set(node, turn);
        place.set(node, [Math.round(away * Math.cos(turn) * stretch), Math.round((away * Math.sin(turn)) / stretch)]);
      });
      radius += (rows - 1) * 52;
    });
    return place;
  }

  return { adjacency, other, neighbourhood, paths, stops, columns, toward, radial };
})();
