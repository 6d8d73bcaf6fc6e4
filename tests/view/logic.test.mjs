// Tests of kg/view/logic.js, run by node's own test runner: node --test tests/view/logic.test.mjs
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import vm from "node:vm";

const read = (name) => readFileSync(new URL(`../../kg/view/${name}.js`, import.meta.url), "utf8");
const { Logic, Ways, State, Take } = vm.runInThisContext(
  `(() => { ${["logic", "ways", "state", "take"].map(read).join("\n")}\nreturn { Logic, Ways, State, Take }; })()`,
);

// Papers 0 and 1, things 2 to 5: 2 in both, 3 used by paper 0 alone, 4 only mentioned, 5 in no paper.
const DATA = Logic.prepare({
  meta: { base: "https://example.org/", terms: "https://example.org/ns#", focus: "", years: [2020, 1, 0, 1] },
  types: [{ key: "PAPER", term: "Paper" }, { key: "MODEL", term: "Model" }, { key: "TASK", term: "Task" }],
  relations: [{ key: "USES", term: "uses" }, { key: "MENTIONS", term: "mentions" }],
  nodes: {
    id: ["arxiv:1", "arxiv:2", "bert", "masked-language-modeling", "gpt-2", "lone"],
    label: ["BERT in Practice", "A Second Paper", "BERT", "masked language modeling", "GPT-2", "Lone Thing"],
    names: [[], [], ["BERT model"], ["MLM"], [], []],
    type: [0, 0, 1, 2, 1, 1],
    papers: [0, 0, 2, 1, 1, 0],
    core: [1, 1, 1, 0, 1, 0],
    x: [0, 10, 20, 30, 40, 50],
    y: [0, 0, 0, 0, 0, 0],
    year: [2020, 2022, 0, 0, 0, 0],
    spans: [[], [], [2020, 1, 0, 1], [2020, 1], [2022, 1], []],
  },
  edges: [[0, 1, 0, 1], [2, 2, 3, 4], [0, 0, 0, 1], [90, 60, 90, 90], [[[0, 0, 4]], [], [], []]],
  links: [[], [], [], [], [], []],
  sentences: ["BERT, = 1"],
  redirects: { mlm: [3], "two-things": [2, 3] },
});
// The same three things with a link between the first two, papers aside.
const LINKED = Logic.prepare({
  ...structuredClone(DATA),
  relations: [...DATA.relations, { key: "TOGETHER", term: "" }],
  links: [[2], [3], [4], [2020], [2021], [[0]]],
});
const INDEX = Logic.searchIndex(DATA.nodes);
const found = (text) => Logic.search(INDEX, text).map((n) => DATA.nodes.id[n]);
const state = (changes = {}) => ({
  ...State.first(DATA), focus: null, ...changes,
});

test("an exact name comes before longer names and before titles", () => {
  assert.deepEqual(found("bert"), ["bert", "arxiv:1"]);
});
test("case, accents, hyphens and spaces do not matter", () => {
  assert.equal(Logic.fold("  Größe-Über_x "), Logic.fold("große uber X"));
  assert.deepEqual(found("masked LANGUAGE-modeling"), ["masked-language-modeling"]);
});
test("other names, ids and parts of words are found", () => {
  assert.equal(found("MLM")[0], "masked-language-modeling");
  assert.equal(found("arxiv:2")[0], "arxiv:2");
  assert.equal(found("modeling")[0], "masked-language-modeling");
  assert.equal(found("model lang")[0], "masked-language-modeling");
});
test("a typo is forgiven where nothing else fits", () => {
  assert.equal(found("maskd language")[0], "masked-language-modeling");
  assert.deepEqual(found("zzzzzz"), []);
});
test("an empty search finds nothing", () => assert.deepEqual(found("  "), []));
test("near counts edits", () => {
  assert.ok(Logic.near("bert", "bart", 1));
  assert.ok(!Logic.near("bert", "bard", 1));
  assert.ok(Logic.near("", "a", 1));
});

test("the first screen shows its nodes, and of them those that a ticked relation leads to", () => {
  const shown = Logic.visible(DATA, state());
  assert.deepEqual(shown.nodes, [0, 1, 2]);
  assert.deepEqual(shown.edges, [0, 1]);
  assert.deepEqual(shown.typeCounts, [2, 1, 0]);
  assert.deepEqual(shown.relationCounts, [2, 1]);
});
test("everything shows the rest, but not what no ticked relation leads to", () => {
  assert.deepEqual(Logic.visible(DATA, state({ all: true })).nodes, [0, 1, 2, 3]);
  assert.deepEqual(Logic.visible(DATA, state({ all: true, relations: [true, true] })).nodes, [0, 1, 2, 3, 4]);
});
test("a type that is not ticked keeps its count", () => {
  const shown = Logic.visible(DATA, state({ types: [true, false, true] }));
  assert.deepEqual(shown.nodes, [0, 1]);
  assert.deepEqual(shown.typeCounts, [2, 1, 0]);
  assert.deepEqual(shown.relationCounts, [0, 0]);
});
test("what was asked for shows whatever the filters say, with its edges", () => {
  const shown = Logic.visible(DATA, state({ extra: new Set([4]) }));
  assert.deepEqual(shown.nodes, [0, 1, 2, 4]);
  assert.ok(shown.edges.includes(3));
});
test("focus narrows to its nodes", () => {
  assert.deepEqual(Logic.visible(DATA, state({ focus: new Set([1, 2]) })).nodes, [1, 2]);
});
test("a limit keeps what was asked for, then the first screen, then what has most links, and counts the rest", () => {
  const shown = Logic.visible(DATA, state({ all: true, extra: new Set([3]) }), 3);
  assert.equal(shown.nodes.length, 3);
  assert.ok(shown.nodes.includes(3));
  assert.equal(shown.over, 1);
});

test("one step leads from a thing to a thing through a paper, from a paper to what it names", () => {
  const at = Ways.adjacency(DATA);
  assert.deepEqual([...Ways.neighbourhood(DATA, at, 3).hops], [[3, 0], [0, 1], [2, 2]]);
  assert.deepEqual([...Ways.neighbourhood(DATA, at, 0).hops.keys()], [0, 2, 3]);
  const cut = Ways.neighbourhood(DATA, at, 2, { limit: 3 });
  assert.equal(cut.hops.size, 3);
  assert.equal(cut.whole, false);
});
test("a focused view places each node once, the centre in the middle", () => {
  const at = Ways.adjacency(DATA);
  const { hops } = Ways.neighbourhood(DATA, at, 2);
  const places = Ways.radial(DATA, at, hops);
  assert.deepEqual(places.get(2), [0, 0]);
  assert.equal(new Set([...places.values()].map(String)).size, hops.size);
});

test("a quote is cut at UTF-16 offsets and loses nothing", () => {
  const text = "a 🥕 and 𝛽-test";
  const start = text.indexOf("𝛽");
  const parts = Logic.parts(text, [0, 2, 4, start, start + 7]);
  assert.deepEqual(parts.filter((p) => p.mark).map((p) => p.text), ["🥕", "𝛽-test"]);
  assert.equal(parts.map((p) => p.text).join(""), text);
  assert.deepEqual(Logic.parts(text, [0]), [{ text, mark: false }]);
});

const IDS = new Map(DATA.nodes.id.map((id, n) => [id, n]));
const AT = Ways.adjacency(DATA);
const edgeOf = (a, b) => AT[a].find((e) => Ways.other(DATA, e, a) === b) ?? -1;

/** A generator of chance with a seed, so that a failure can be seen again. */
function chance(seed) {
  let at = seed;
  return (n) => {
    at = (Math.imul(at, 1664525) + 1013904223) >>> 0;
    return Math.floor((at / 2 ** 32) * n);
  };
}

test("200 random states survive the way through their address", () => {
  const pick = chance(7);
  for (let n = 0; n < 200; n += 1) {
    const node = () => pick(DATA.nodes.id.length);
    const some = () => new Set(Array.from({ length: pick(3) }, node).sort());
    const depth = pick(4);
    const kind = pick(4);
    const state = {
      node: kind === 0 ? node() : -1, centre: depth ? node() : -1, depth,
      edge: kind === 1 ? pick(DATA.paperEdges) : -1, path: kind === 2 ? [node(), node()] : null, way: kind === 2 ? pick(5) : 0,
      extra: some(), open: some(), all: pick(2) === 1, types: DATA.types.map(() => pick(3) > 0), relations: DATA.relations.map(() => pick(2) > 0),
      years: pick(2) ? [2000 + pick(5), 2010 + pick(5)] : null, least: 1 + pick(4), sure: 5 * pick(20), list: pick(2) === 1,
    };
    const address = State.write(DATA, state);
    const { state: back, doubts } = State.read(DATA, IDS, edgeOf, address);
    assert.deepEqual(doubts, []);
    const whole = (s) => ({ ...s, extra: [...s.extra].filter((m) => m !== s.node).sort(), open: [...s.open].sort() });
    assert.deepEqual(whole(back), whole(state), address);
    assert.equal(State.write(DATA, back), address);
  }
});
test("the first screen has no address, and ids are encoded whatever they hold", () => {
  assert.equal(State.write(DATA, State.first(DATA)), "");
  for (const id of ["arxiv:2403.05812", "doi:10.1/a&b=c#d%..e", "größe"]) {
    const data = structuredClone(DATA);
    data.nodes.id[2] = id;
    const ids = new Map(data.nodes.id.map((i, n) => [i, n]));
    for (const state of [{ ...State.first(data), node: 2 }, { ...State.first(data), path: [2, 0] }]) {
      assert.deepEqual(State.read(data, ids, edgeOf, State.write(data, state)).state, state);
    }
  }
});
test("an address that cannot be is read as far as it goes", () => {
  const { state, doubts } = State.read(DATA, IDS, edgeOf, "#node=%E0%A4%A&depth=99&years=x&types=&papers=-3&conf=1000&path=bert&__proto__=1");
  assert.deepEqual(doubts, [{ id: "%E0%A4%A", nodes: [] }]);
  assert.equal(state.depth, 0);
  assert.deepEqual([state.years, state.least, state.sure, state.path], [null, 1, 100, null]);
  assert.equal(State.read(DATA, IDS, edgeOf, "#node=bert&focus=1").state.depth, 1);
});
test("old ids and ids of other sites lead on", () => {
  const ids = IDS;
  assert.deepEqual(Logic.resolve(DATA, ids, "bert"), [2]);
  assert.deepEqual(Logic.resolve(DATA, ids, "mlm"), [3]);
  assert.deepEqual(Logic.resolve(DATA, ids, "two-things"), [2, 3]);
  assert.deepEqual(Logic.resolve(DATA, new Map([["arxiv:2403.05812", 7]]), "hf:2403.05812"), [7]);
  for (const id of ["nothing", "__proto__", "constructor", ""]) assert.deepEqual(Logic.resolve(DATA, ids, id), []);
});
test("titles are shortened between characters", () => {
  assert.equal(Logic.shortTitle("BERT: Pre-training of Things"), "BERT");
  assert.equal(Logic.shortTitle("🥕".repeat(40), 5), "🥕🥕🥕🥕…");
});
test("counts are words", () => {
  assert.equal(Logic.count(1, "paper"), "1 paper");
  assert.equal(Logic.count(1204, "entity", "entities"), "1,204 entities");
});

test("years, papers and confidence narrow what is visible", () => {
  assert.deepEqual(Logic.visible(DATA, state({ years: [2020, 2021] })).nodes, [0, 2]);
  assert.deepEqual(Logic.visible(DATA, state({ least: 2, all: true })).nodes, [0, 1, 2]);
  assert.deepEqual(Logic.visible(DATA, state({ sure: 70 })).edges, [0]);
  assert.deepEqual(Logic.visible(DATA, state({ years: [1999, 2000] })).nodes, []);
});
test("links between things lead to both ends; papers are then not on the first screen", () => {
  const first = { ...State.first(LINKED), focus: null, all: true };
  assert.deepEqual(Logic.visible(LINKED, first).nodes, [2, 3]);
  assert.deepEqual(Logic.visible(LINKED, first).edges, [4]);
  assert.deepEqual(Logic.visible(LINKED, { ...first, years: [2022, 2023] }).edges, []); // though a paper of 2022 has one
  const near = Ways.adjacency(LINKED, true);
  const around = Ways.neighbourhood(LINKED, AT, 2, { near });
  assert.deepEqual([[...around.hops.keys()], around.direct], [[2, 3], true]);
  assert.equal(Ways.neighbourhood(LINKED, AT, 4, { near }).direct, false);
});

test("shortest ways are found, all of them, and none where there is none", () => {
  assert.deepEqual(Ways.paths(DATA, AT, 3, 4), [[2, 0, 1, 3]]);
  assert.deepEqual(Ways.stops(DATA, 3, [2, 0, 1, 3]), [3, 0, 2, 1, 4]);
  assert.deepEqual(Ways.paths(DATA, AT, 0, 5), []);
  assert.deepEqual(Ways.paths(DATA, AT, 2, 2), []);
  const square = { ...DATA, paperEdges: 4, edges: [[0, 0, 1, 1], [2, 3, 2, 3], [0, 1, 0, 0], [], []] };
  assert.deepEqual(Ways.paths(square, Ways.adjacency(square), 2, 3), [[2, 3], [0, 1]]);
  const places = Ways.columns(DATA, 3, [[2, 0, 1, 3]]);
  assert.ok(places.get(3)[0] < places.get(2)[0] && places.get(2)[0] < places.get(4)[0]);
});
test("a walk goes to what lies in the direction", () => {
  const points = new Map([[1, [10, 0]], [2, [0, 10]], [3, [-30, 1]], [4, [20, 0]]]);
  assert.equal(Ways.toward(points, [0, 0], 0), 1);
  assert.equal(Ways.toward(points, [0, 0], Math.PI), 3);
  assert.equal(Ways.toward(points, [0, 0], -Math.PI / 2), -1);
});

test("a cell of a table is never a formula, and quotes are kept", () => {
  for (const text of ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1"]) assert.match(Take.cell(text), /^"?'/);
  assert.equal(Take.cell('a "b", c'), '"a ""b"", c"');
  assert.equal(Take.cell(-5), "-5");
});
test("the table holds what is visible with its sentence", () => {
  const [head, row] = Take.csv(DATA, Logic.visible(DATA, state())).split("\r\n");
  assert.equal(head.split(",").length, 12);
  assert.equal(row, 'arxiv:1,BERT in Practice,PAPER,2020,USES,bert,BERT,MODEL,1,0.9,BERT,"BERT, = 1"');
  const json = JSON.parse(Take.json(DATA, Logic.visible(DATA, state()), "#x"));
  assert.deepEqual([json.nodes.length, json.edges.length, json.edges[0].mention], [3, 2, "BERT"]);
});
test("a drawing is well-formed whatever the names hold", () => {
  const scene = {
    width: 10, height: 10, ground: "#fff", font: '"A", serif', edges: [{ x1: 0, y1: 0, x2: 1, y2: 1, colour: "#000", width: 1, dashes: [2, 3], opacity: 1 }],
    nodes: ["dot", "triangle", "triangleDown", "square", "diamond", "hexagon", "star"].map((shape) => ({ x: 1, y: 1, size: 5, shape, colour: "#123456", label: "<script>\u0000&\"", opacity: 1 })),
    labels: [{ x: 1, y: 1, text: "</svg>&", pixels: 11, weight: 400, colour: "#000" }],
  };
  const text = Take.svg(scene, "<T>");
  assert.ok(!text.includes("<script") && !text.includes("\u0000"));
  assert.equal((text.match(/<polygon|<circle/g) || []).length, 7);
  assert.equal((text.match(/<\/svg>/g) || []).length, 1);
});
test("a command is one line whose words a shell takes as they are", () => {
  const now = { shown: 3, way: [] };
  assert.equal(Take.command(DATA, { ...State.first(DATA), node: 2 }, now), "kg show bert");
  assert.equal(Take.command(DATA, { ...State.first(DATA), node: 2, centre: 2, depth: 2 }, now), "kg neighbors bert --depth 2");
  const one = { ...State.first(DATA), centre: 2, depth: 1, types: [true, false, true] };
  assert.equal(Take.command(DATA, one, now), "kg neighbors bert --depth 1 --type TASK");
  assert.equal(Take.command(DATA, { ...State.first(DATA), path: [2, 4] }, now), "kg path bert gpt-2");
  const data = structuredClone(DATA);
  data.nodes.id[2] = "it's; rm -rf";
  assert.equal(Take.command(data, { ...State.first(data), node: 2 }, now), "kg show 'it'\\''s; rm -rf'");
  assert.ok(!Take.command(DATA, State.first(DATA), now).includes("\n"));
});
