// Comunica, a SPARQL engine in JavaScript, with the service as its source and as what it writes to.
//
//     npm ci && node clients.mjs http://127.0.0.1:8000 token
//
// It finds the service by its description, and takes queries to it whole and in parts (joins of its own). Prints a line
// for each thing that went well, and ends with an error at the first that did not.
import { createRequire } from "node:module";
import { join } from "node:path";
import assert from "node:assert/strict";

const { QueryEngine } = createRequire(join(process.cwd(), "package.json"))("@comunica/query-sparql");
const [base, token] = process.argv.slice(2);
const url = `${base}/sparql`;
const JX = "PREFIX jx: <https://w3id.org/jixiao/ontology#> ";
const engine = new QueryEngine();
const sources = [{ type: "sparql", value: url }];

const SELECTS = {
  "a basic pattern": "SELECT ?t ?n { ?t a jx:TargetTable ; jx:name ?n }",
  "an aggregate": "SELECT (COUNT(?i) AS ?n) { ?i a jx:Indicator }",
  "an optional and a filter": 'SELECT ?d ?n { ?d a jx:Department OPTIONAL { ?d jx:name ?n } FILTER(CONTAINS(STR(?d), "医疗保障")) }',
  "graphs": "SELECT DISTINCT ?g { GRAPH ?g { ?d a jx:Disclosure } }",
  "a path": "SELECT DISTINCT ?n { ?t jx:ofDepartment/jx:name ?n }",
};

const told = (rows) => rows.map((row) => row.toString()).sort();
const bindings = async (query, from) => (await engine.queryBindings(query, { sources: from })).toArray();

// The same query without Comunica.
async function direct(query) {
  const headers = { accept: "application/sparql-results+json" };
  const response = await fetch(url, { method: "POST", body: new URLSearchParams({ query: JX + query }), headers });
  assert.equal(response.status, 200);
  return (await response.json()).results.bindings.length;
}

for (const [name, query] of Object.entries(SELECTS)) {
  const rows = told(await bindings(JX + query, sources));
  assert.ok(rows.length > 0, name);
  assert.equal(rows.length, await direct(query), name);
  if (name !== "graphs") assert.deepEqual(told(await bindings(JX + query, [url])), rows, `${name}, found by itself`);
  console.log(`select: ${name}`);
}

assert.equal(await engine.queryBoolean(`${JX}ASK { ?d jx:name "馆陶县医疗保障局" }`, { sources }), true);
assert.equal(await engine.queryBoolean(`${JX}ASK { ?i a jx:None }`, { sources }), false);
console.log("ask");

const named = "{ ?t a jx:TargetTable ; jx:name ?n }";
const quads = await (await engine.queryQuads(`${JX}CONSTRUCT { ?t jx:name ?n } ${named}`, { sources })).toArray();
assert.equal(quads.length, await direct(`SELECT DISTINCT ?t ?n ${named}`));
console.log("construct");

// One service under two names: joined by Comunica, not by the service.
const both = [...sources, { type: "sparql", value: url.replace("127.0.0.1", "localhost") }];
assert.notEqual(both[0].value, both[1].value, "the address needs 127.0.0.1");
const joined = await bindings(`${JX}SELECT DISTINCT ?n { ?t a jx:TargetTable ; jx:ofDepartment ?d . ?d jx:name ?n }`, both);
assert.equal(joined.length, await direct("SELECT DISTINCT ?n { ?t a jx:TargetTable ; jx:ofDepartment/jx:name ?n }"));
console.log("a join of its own");

await assert.rejects(bindings("SELECT * { ?s ?p", sources));
console.log("an error");

const written = 'GRAPH <http://example.org/写> { <http://example.org/甲> <http://example.org/name> "引号\\" 与 🌱" }';
const there = () => engine.queryBoolean(`ASK { ${written} }`, { sources, noCache: true });
const destination = { type: "sparql", value: `${base}/update` };
const authorised = (to, init) => {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${token}`);
  return fetch(to, { ...init, headers });
};
for (const operation of ["INSERT", "DELETE"]) {
  await engine.queryVoid(`${operation} DATA { ${written} }`, { sources, destination, fetch: authorised });
  assert.equal(await there(), operation === "INSERT", operation);
}
console.log("updates");
