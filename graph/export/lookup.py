"""Find one project's target table in a store: by IRI or id, by code, by name or a part of it."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from graph import iris
from graph.errors import BadParameter, NotFound
from graph.model import Disclosure, TargetTable
from graph.rdf import from_quads
from graph.store import Store
from graph.store.rows import strings
from graph.vocabulary import fold, vocabulary

_TABLES = """PREFIX jx: <https://w3id.org/jixiao/ontology#>
SELECT ?graph ?table ?project ?name ?code ?department ?year WHERE {
  GRAPH ?graph { ?table a jx:TargetTable ; jx:name ?name ; jx:ofDepartment ?d .
    ?d jx:name ?department .
    OPTIONAL { ?table jx:ofProject ?project }
    OPTIONAL { ?table jx:code ?code }
    OPTIONAL { ?table jx:fiscalYear ?year } } }
ORDER BY ?department ?name"""


@dataclass(frozen=True, slots=True)
class Found:
    """A table, its disclosure, its IRI and the named graph it stands in."""

    table: TargetTable
    disclosure: Disclosure
    iri: str
    graph: str


def find_table(store: Store, wanted: str) -> Found:
    """The one table that ``wanted`` names.

    Raises NotFound when none does, BadParameter with the candidates when several do.
    """
    rows = list(strings(store.query(_TABLES)))
    matches = _matching(rows, wanted)
    if not matches:
        raise NotFound(wanted, zh="没有找到这个项目。", en="No such project.")
    if len({row["table"] for row in matches}) > 1:
        names = "; ".join(f"{row['department']} / {row['name']}" for row in matches[:8])
        raise BadParameter(
            f"{wanted} → {names}", zh="有多个项目符合，请写全名、编码或标识。", en="Several match; be exact."
        )
    graph, iri = matches[0]["graph"], matches[0]["table"]
    disclosure = from_quads(store.graph(NamedNode(graph)), vocabulary())
    position = _position(store, graph, iri)
    return Found(next(t for t in disclosure.target_tables if t.position == position), disclosure, iri, graph)


def _matching(rows: list[dict[str, str]], wanted: str) -> list[dict[str, str]]:
    """Exact ways of naming first; a part of a name only where nothing is exact."""
    ids = {wanted, iris.BASE + "id/" + wanted.removeprefix("/")}
    exact = [r for r in rows if any(k in r and r[k] in ids for k in ("table", "project"))]
    exact = exact or [r for r in rows if "code" in r and r["code"] == wanted]
    exact = exact or [r for r in rows if fold(r["name"]) == fold(wanted)]
    return exact or [r for r in rows if fold(wanted) in fold(r["name"])]


def _position(store: Store, graph: str, iri: str) -> int:
    position = """PREFIX jx: <https://w3id.org/jixiao/ontology#>
    SELECT ?graph ?table ?n { GRAPH ?graph { ?table jx:position ?n } }"""
    bindings = {"graph": NamedNode(graph), "table": NamedNode(iri)}
    return next(int(row["n"]) for row in strings(store.query(position, bindings=bindings)))


def triples_about(store: Store, graph: str, iri: str) -> list[Triple]:
    """The triples of a table and of everything below its IRI (indicators, targets, quotes)."""
    path = iri.removeprefix(iris.BASE + "id/table/")
    prefixes = tuple(f"{iris.BASE}id/{kind}/{path}" for kind in ("table", "indicator", "project"))
    return [t for t in store.graph(NamedNode(graph)) if str(t.subject)[1:].startswith(prefixes)]
