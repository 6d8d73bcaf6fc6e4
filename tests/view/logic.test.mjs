// Tests of kg/view/logic.js, run by node's own test runner: node --test tests/view/logic.test.mjs
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import test from "node:test";

const Logic = createRequire(import.meta.url)("../../kg/view/logic.js");

// Papers 0 and 1, things 2 to 5: 2 in both, 3 used by paper 0 alone, 4 only mentioned, 5 in no paper.
const DATA = {
  types: [{ key: "PAPER" }, { key: "MODEL" }, { key: "TASK" }],
  relations: [{ key: "USES" }, { key: "MENTIONS" }],
  nodes: {
    id: ["arxiv:1", "arxiv:2", "bert", "masked-language-modeling", "gpt-2", "lone"],
    label: ["BERT in Practice", "A Second Paper", "BERT", "masked language modeling", "GPT-2", "Lone Thing"],
    names: [[], [], ["BERT model"], ["MLM"], [], []],
    type: [0, 0, 1, 2, 1, 1],
    papers: [0, 0, 2, 1, 1, 0],
    core: [1, 1, 1, 0, 1, 0],
    x: [0, 10, 20, 30, 40, 50],
    y: [0, 0, 0, 0, 0, 0],
  },
  edges: [[0, 1, 0, 1], [2, 2, 3, 4], [0, 0, 0, 1], [90, 90, 90, 90], [[], [], [], []]],
  redirects: { mlm: [3], "two-things": [2, 3] },
};
const INDEX = Logic.searchIndex(DATA.nodes);
const found = (text) => Logic.search(INDEX, text).map((n) => DATA.nodes.id[n]);
const state = (changes = {}) => ({
  types: [true, true, true], relations: [true, false], all: false, extra: new Set(), focus: null, ...changes,
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
  const at = Logic.adjacency(DATA);
  assert.deepEqual([...Logic.neighbourhood(DATA, at, 3).hops], [[3, 0], [0, 1], [2, 2]]);
  assert.deepEqual([...Logic.neighbourhood(DATA, at, 0).hops.keys()], [0, 2, 3]);
  const cut = Logic.neighbourhood(DATA, at, 2, 1, 3);
  assert.equal(cut.hops.size, 3);
  assert.equal(cut.whole, false);
});
test("a focused view places each node once, the centre in the middle", () => {
  const at = Logic.adjacency(DATA);
  const { hops } = Logic.neighbourhood(DATA, at, 2);
  const places = Logic.radial(DATA, at, hops);
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

test("an address survives a round trip, whatever the id", () => {
  for (const node of ["bert", "arxiv:2403.05812", "doi:10.1/a&b=c#d%", "größe"]) {
    for (const focus of [0, 1]) assert.deepEqual(Logic.readHash(Logic.writeHash({ node, focus })), { node, focus });
  }
  assert.equal(Logic.writeHash({ node: "", focus: 0 }), "");
  assert.equal(Logic.readHash("#node=%E0%A4%A").node, "%E0%A4%A");
  assert.deepEqual(Logic.readHash(""), { node: "", focus: 0 });
});
test("old ids and ids of other sites lead on", () => {
  const ids = new Map(DATA.nodes.id.map((id, n) => [id, n]));
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
