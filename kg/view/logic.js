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

  /** Work out what the file leaves out: links between things become edges of the last relation, behind those of
      papers. */
  function prepare(data) {
    data.paperEdges = data.edges[0].length;
    data.together = data.links[0].length ? data.relations.length - 1 : -1;
    data.links[0].forEach((source, k) => {
      [source, data.links[1][k], data.together, 100, []].forEach((value, column) => data.edges[column].push(value));
    });
    data.strongest = data.links[2].reduce((most, n) => Math.max(most, n), 1);
    return data;
  }

  /** What a link between two things says: how many papers name both, in which years, and some of these papers. */
  function link(data, edge) {
    const k = edge - data.paperEdges;
    const [papers, first, last, via] = data.links.slice(2).map((column) => column[k]);
    return { papers, first, last, via };
  }

  /** Whether counts by year (`[first year, n, n, ...]`) have any within two years. */
  function within(span, [from, to]) {
    return span.some((n, k) => k > 0 && n > 0 && span[0] + k - 1 >= from && span[0] + k - 1 <= to);
  }

  /** For each edge whether years and confidence let it pass. */
  function passing(data, { years, sure }) {
    const [sources, , , confidence] = data.edges;
    return sources.map((source, e) => {
      if (e < data.paperEdges) return confidence[e] >= sure && (!years || (data.nodes.year[source] >= years[0] && data.nodes.year[source] <= years[1]));
      const { first, last } = link(data, e);
      return !years || (first <= years[1] && last >= years[0]);
    });
  }

  /** What the map shows under a state, and the counts of the legend.
      state: types, relations (booleans by index), years ([from, to] or null), least (papers of a thing), sure
      (confidence of an edge), all (every node, not only the first screen), extra (a Set of nodes shown whatever the
      filters say), focus (a Set of nodes that the map is narrowed to, or null).
      A count says what would show if its own box were ticked, all other boxes as they are.
      At most `limit` nodes are drawn: first those of extra, then of the first screen, then those of most links;
      `over` says how many more the state asks for. */
  function visible(data, state, limit = 1500) {
    const { type, core, year, papers, spans } = data.nodes;
    const [sources, targets, relations] = data.edges;
    const { years, least, extra, focus } = state;
    const fits = (n) =>
      type[n] === PAPER ? !years || (year[n] >= years[0] && year[n] <= years[1]) : papers[n] >= least && (!years || data.together < 0 || within(spans[n], years));
    const scope = core.map((c, n) => (focus ? focus.has(n) : state.all || c === 1) && fits(n));
    const passes = passing(data, state);
    const linked = type.map((t) => t === PAPER);
    relations.forEach((r, e) => {
      if (!state.relations[r] || !passes[e]) return;
      if (scope[sources[e]]) linked[targets[e]] = true;
      if (r === data.together && scope[targets[e]]) linked[sources[e]] = true;
    });
    const found = type.map((_, n) => extra.has(n) || (scope[n] && linked[n]));
    const wanted = type.map((t, n) => found[n] && (state.types[t] || extra.has(n)));
    const shown = atMost(data, state, wanted, limit);
    const nodes = [];
    const typeCounts = data.types.map(() => 0);
    type.forEach((t, n) => {
      if (shown[n]) nodes.push(n);
      if (found[n]) typeCounts[t] += 1;
    });
    const over = wanted.filter(Boolean).length - nodes.length;
    const edges = [];
    const relationCounts = data.relations.map(() => 0);
    relations.forEach((r, e) => {
      const [a, b] = [sources[e], targets[e]];
      if (passes[e] && scope[a] && scope[b] && state.types[type[a]] && state.types[type[b]]) relationCounts[r] += 1;
      if (shown[a] && shown[b] && ((passes[e] && state.relations[r]) || extra.has(a) || extra.has(b))) edges.push(e);
    });
    return { nodes, edges, typeCounts, relationCounts, over, scope: scope.filter((s, n) => s || extra.has(n)).length };
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

  return { PAPER, fold, searchIndex, search, near, prepare, link, within, visible, parts, resolve, shortTitle, count };
})();
