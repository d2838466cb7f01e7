// Comunica, a SPARQL engine in JavaScript, with the service as its source. In a folder of its own:
//
//     npm install @comunica/query-sparql@4     # Node 22.15 or later; else with "overrides": { "undici": "~7.10.0" }
//     node <this file> http://127.0.0.1:8000/sparql
//
// It finds the service by its description, and takes queries to it in whole and in parts (joins of its own). Ends with an
// error where the two ways answer otherwise. Not among the other tests: the installation takes about a minute.
import { createRequire } from "node:module";
import { join } from "node:path";
import assert from "node:assert/strict";

const { QueryEngine } = createRequire(join(process.cwd(), "package.json"))("@comunica/query-sparql");
const url = process.argv[2] ?? "http://127.0.0.1:8000/sparql";
const JX = "PREFIX jx: <https://w3id.org/jixiao/ontology#> ";
const engine = new QueryEngine();

const SELECTS = {
  "a basic pattern": "SELECT ?t ?n { ?t a jx:TargetTable ; jx:name ?n }",
  "an aggregate": "SELECT (COUNT(?i) AS ?n) { ?i a jx:Indicator }",
  "an optional and a filter": "SELECT ?d ?n { ?d a jx:Department OPTIONAL { ?d jx:name ?n } FILTER(isIRI(?d)) }",
  "graphs": "SELECT DISTINCT ?g { GRAPH ?g { ?d a jx:Disclosure } }",
  "a path": "SELECT DISTINCT ?n { ?t jx:ofDepartment/jx:name ?n }",
};

const told = (rows) => rows.map((row) => row.toString()).sort();

async function selected(query, type) {
  return told(await (await engine.queryBindings(JX + query, { sources: [{ type, value: url }] })).toArray());
}

async function direct(query) {
  const response = await fetch(url, {
    method: "POST",
    body: new URLSearchParams({ query: JX + query }),
    headers: { accept: "application/sparql-results+json" },
  });
  assert.equal(response.status, 200);
  return (await response.json()).results.bindings.length;
}

for (const [name, query] of Object.entries(SELECTS)) {
  const rows = await selected(query, "sparql");
  assert.ok(rows.length > 0, name);
  assert.equal(rows.length, await direct(query), name);
  if (name !== "graphs") assert.deepEqual(await selected(query, undefined), rows, `${name}, source found by itself`);
  console.log(`${name}: ${rows.length} rows`);
}

const sources = [{ type: "sparql", value: url }];
assert.equal(await engine.queryBoolean(`${JX}ASK { ?i a jx:Indicator }`, { sources }), true);
assert.equal(await engine.queryBoolean(`${JX}ASK { ?i a jx:None }`, { sources }), false);
const quads = await (await engine.queryQuads(`${JX}CONSTRUCT { ?t jx:name ?n } { ?t a jx:TargetTable ; jx:name ?n }`, { sources })).toArray();
assert.equal(quads.length, await direct("SELECT DISTINCT ?t ?n { ?t a jx:TargetTable ; jx:name ?n }"));
// One service under two names: joined by Comunica, not by the service.
const both = [...sources, { type: "sparql", value: url.replace("127.0.0.1", "localhost") }];
assert.notEqual(both[0].value, both[1].value, "the address needs 127.0.0.1");
const joined = await (await engine.queryBindings(`${JX}SELECT DISTINCT ?n { ?t a jx:TargetTable ; jx:ofDepartment ?d . ?d jx:name ?n }`, { sources: both })).toArray();
assert.ok(joined.length > 0);
await assert.rejects(async () => (await engine.queryBindings("SELECT * { ?s ?p", { sources })).toArray());
console.log(`ask: yes and no; construct: ${quads.length} quads; joined by Comunica: ${joined.length} rows`);
