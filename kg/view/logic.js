/* Pure functions of the page: no document, no drawing. Node's own test runner tests them (tests/view/logic.test.mjs).
   `data` is the object of the page's JSON (kg/view/payload.py); nodes and edges are indices into its columns. */
"use strict";

const Logic = (() => {
  const PAPER = 0; // type of a paper

  /** A text as it is compared: no case, no accents, hyphens and underscores as spaces. */
  function fold(text) {
    return text.normalize("NFKD").replace(/\p{M}+/gu, "").toLowerCase().replace(/[-_\s]+/g, " ").trim();
  }

  /** What search looks through: for each node its folded names, the first of them the label. */
  function searchIndex(nodes) {
    return nodes.id.map((id, node) => {
      const keys = [nodes.label[node], ...nodes.names[node], id, id.slice(id.indexOf(":") + 1)].map(fold);
      return { node, keys: [...new Set(keys)], weight: Math.log2(1 + nodes.papers[node]), type: nodes.type[node] };
    });
  }

  /** How well a folded query fits a folded name, 0 to 100. */
  function fit(query, name) {
    if (name === query) return 100;
    if (name.startsWith(query)) return 80;
    const at = name.indexOf(query);
    if (at > 0 && name[at - 1] === " ") return 65;
    const words = name.split(" ");
    const tokens = query.split(" ");
    if (tokens.length > 1 && tokens.every((t) => words.some((w) => w.startsWith(t)))) return 55;
    return at > 0 && query.length > 1 ? 35 : 0;
  }

  /** Whether two short texts differ by at most `most` edits. */
  function near(a, b, most) {
    if (Math.abs(a.length - b.length) > most) return false;
    let row = Array.from({ length: b.length + 1 }, (_, j) => j);
    for (let i = 1; i <= a.length; i += 1) {
      const next = [i];
      for (let j = 1; j <= b.length; j += 1) {
        next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
      }
      if (Math.min(...next) > most) return false;
      row = next;
    }
    return row[b.length] <= most;
  }

  /** Best hits first: nodes whose label, other name, title or id fits; where none does, names that are one typo away. */
  function search(index, text, limit = 12) {
    const query = fold(text);
    if (!query) return [];
    const score = (entry, rate) => {
      let best = 0;
      entry.keys.forEach((key, n) => {
        const points = rate(key);
        if (points) best = Math.max(best, points - (n === 0 ? 0 : 3));
      });
      return best && best + entry.weight - (entry.type === PAPER ? 2 : 0);
    };
    const ranked = (rate) =>
      index
        .map((entry) => ({ entry, points: score(entry, rate) }))
        .filter((hit) => hit.points > 0)
        .sort(
          (a, b) =>
            b.points - a.points ||
            a.entry.keys[0].length - b.entry.keys[0].length ||
            (a.entry.keys[0] < b.entry.keys[0] ? -1 : 1),
        )
        .slice(0, limit)
        .map((hit) => hit.entry.node);
    const hits = ranked((key) => fit(query, key));
    if (hits.length || query.length < 4) return hits;
    const most = query.length < 8 ? 1 : 2;
    return ranked((key) => (near(query, key, most) || near(query, key.slice(0, query.length), most) ? 10 : 0));
  }

  /** For each node the edges at it. */
  function adjacency(data) {
    const at = data.nodes.id.map(() => []);
    const [sources, targets] = data.edges;
    sources.forEach((source, edge) => {
      at[source].push(edge);
      at[targets[edge]].push(edge);
    });
    return at;
  }

  /** The node at the other end of an edge. */
  function other(data, edge, node) {
    return data.edges[0][edge] === node ? data.edges[1][edge] : data.edges[0][edge];
  }

  /** Nodes around one node: `depth` steps, a step leading from an entity to an entity through a paper.
      Breadth first, at most `limit` of them, a third of what is left for each ring but the last: of a hub's papers
      those that name most, of their entities those that most of these papers name. `hops`: a map from node to
      distance; `whole`: nothing was left out. */
  function neighbourhood(data, at, start, depth = 1, limit = 150) {
    const hops = new Map([[start, 0]]);
    let ring = [start];
    let whole = true;
    const last = 2 * depth - (data.nodes.type[start] === PAPER ? 1 : 0);
    for (let hop = 1; hop <= last; hop += 1) {
      const reached = new Map();
      ring.forEach((node) => at[node].forEach((edge) => {
        const next = other(data, edge, node);
        if (!hops.has(next)) reached.set(next, (reached.get(next) ?? 0) + 1);
      }));
      const left = limit - hops.size;
      const room = hop === last || reached.size <= left / 3 ? left : Math.ceil(left / 3);
      ring = [...reached.keys()].sort((a, b) => reached.get(b) - reached.get(a) || at[b].length - at[a].length || a - b);
      whole &&= ring.length <= room;
      ring = ring.slice(0, room);
      ring.forEach((node) => hops.set(node, hop));
    }
    return { hops, whole };
  }

  /** What the map shows under a state, and the counts of the legend.
      state: types, relations (booleans by index), all (every node, not only the first screen), extra (a Set of nodes
      shown whatever the filters say), focus (a Set of nodes that the map is narrowed to, or null).
      A count says what would show if its own box were ticked, all other boxes as they are.
      At most `limit` nodes are drawn: first those of extra, then of the first screen, then those of most links;
      `over` says how many more the state asks for. */
  function visible(data, state, limit = 1500) {
    const { type, core } = data.nodes;
    const [sources, targets, relations] = data.edges;
    const scope = core.map((c, n) => (state.focus ? state.focus.has(n) : state.all || c === 1));
    const linked = type.map((t) => t === PAPER);
    relations.forEach((r, e) => {
      if (state.relations[r] && scope[sources[e]]) linked[targets[e]] = true;
    });
    const passes = type.map((_, n) => state.extra.has(n) || (scope[n] && linked[n]));
    const wanted = type.map((t, n) => passes[n] && (state.types[t] || state.extra.has(n)));
    const shown = atMost(data, state, wanted, limit);
    const nodes = [];
    const typeCounts = data.types.map(() => 0);
    type.forEach((t, n) => {
      if (shown[n]) nodes.push(n);
      if (passes[n]) typeCounts[t] += 1;
    });
    const over = wanted.filter(Boolean).length - nodes.length;
    const edges = [];
    const relationCounts = data.relations.map(() => 0);
    relations.forEach((r, e) => {
      const [a, b] = [sources[e], targets[e]];
      if (scope[a] && scope[b] && state.types[type[a]] && state.types[type[b]]) relationCounts[r] += 1;
      if (shown[a] && shown[b] && (state.relations[r] || state.extra.has(a) || state.extra.has(b))) edges.push(e);
    });
    return { nodes, edges, typeCounts, relationCounts, over };
  }

  /** Of the wanted nodes (booleans) those that `limit` leaves. */
  function atMost(data, state, wanted, limit) {
    const all = wanted.flatMap((w, n) => (w ? [n] : []));
    if (all.length <= limit) return wanted;
    const links = wanted.map(() => 0);
    data.edges[0].forEach((source, e) => {
      links[source] += 1;
      links[data.edges[1][e]] += 1;
    });
    const rank = (n) => (state.extra.has(n) ? 2e6 : 0) + (data.nodes.core[n] ? 1e6 : 0) + links[n];
    const kept = new Set(all.sort((a, b) => rank(b) - rank(a) || a - b).slice(0, limit));
    return wanted.map((_, n) => kept.has(n));
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
      const room = ring.map((node) => (hop === 1 ? 1 + own(node) : 1));
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

  /** A quote `[sentence, start, end, ...]` as parts of text, those to mark with `mark` true. Offsets are UTF-16. */
  function parts(text, quote) {
    const found = [];
    let last = 0;
    for (let n = 1; n < quote.length; n += 2) {
      if (quote[n] > last) found.push({ text: text.slice(last, quote[n]), mark: false });
      found.push({ text: text.slice(quote[n], quote[n + 1]), mark: true });
      last = quote[n + 1];
    }
    if (last < text.length) found.push({ text: text.slice(last), mark: false });
    return found;
  }

  /** `#node=ID&focus=1` as an object; texts decoded, a broken encoding taken as it stands. */
  function readHash(hash) {
    const decode = (text) => {
      try {
        return decodeURIComponent(text);
      } catch {
        return text;
      }
    };
    const found = {};
    for (const part of hash.replace(/^#/, "").split("&")) {
      const at = part.indexOf("=");
      if (at > 0) found[part.slice(0, at)] = decode(part.slice(at + 1));
    }
    return { node: found.node || "", focus: Math.min(3, Math.max(0, Number.parseInt(found.focus, 10) || 0)) };
  }

  /** The opposite of readHash. */
  function writeHash(state) {
    const focus = state.focus ? `&focus=${state.focus}` : "";
    return state.node ? `#node=${encodeURIComponent(state.node)}${focus}` : "";
  }

  /** The nodes that an id means: its own, or those that its old or other spelling leads to. */
  function resolve(data, ids, id) {
    if (ids.has(id)) return [ids.get(id)];
    const paper = id.replace(/^hf:(?=\d{4}\.\d{4,5}$)/, "arxiv:");
    return ids.has(paper) ? [ids.get(paper)] : Object.hasOwn(data.redirects, id) ? data.redirects[id] : [];
  }

  /** The part of a title that people say: before the colon, shortened. */
  function shortTitle(title, most = 34) {
    const head = title.split(/[:?]\s/u)[0];
    const characters = Array.from(head);
    return characters.length <= most ? head : `${characters.slice(0, most - 1).join("").trimEnd()}…`;
  }

  /** "1 paper", "3 papers", "1,204 papers". */
  function count(n, word, words = `${word}s`) {
    return `${n.toLocaleString("en")} ${n === 1 ? word : words}`;
  }

  return {
    PAPER, fold, searchIndex, search, near, adjacency, other, neighbourhood, visible, radial, parts, readHash, writeHash,
    resolve, shortTitle, count,
  };
})();

if (typeof module === "object") module.exports = Logic; // for node's test runner
