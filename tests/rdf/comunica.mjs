// Runs queries in Comunica. On stdin: {"file": path, "queries": {name: text}}; on stdout: {name: [{variable: value}]}.
import { readFileSync } from "node:fs";
import { QueryEngine } from "@comunica/query-sparql-file";

const { file, queries } = JSON.parse(readFileSync(0, "utf8"));
const engine = new QueryEngine();
const answers = {};
for (const [name, text] of Object.entries(queries)) {
  const found = await engine.queryBindings(text, { sources: [{ type: "file", value: file }] });
  answers[name] = (await found.toArray()).map((row) =>
    Object.fromEntries([...row].map(([variable, term]) => [variable.value, term.value])),
  );
}
process.stdout.write(JSON.stringify(answers));
