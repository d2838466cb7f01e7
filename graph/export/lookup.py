"""Find one target table, project or department in a store: by IRI or id, by code, by name or a part of it."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from graph import iris
from graph.errors import BadParameter, NotFound
from graph.model import Disclosure, TargetTable
from graph.rdf import from_quads
from graph.spelling import fold
from graph.store import Store
from graph.store.rows import strings
from graph.vocabulary import vocabulary

_TABLES = """PREFIX jx: <https://w3id.org/jixiao/ontology#>
SELECT ?graph ?table ?project ?name ?code ?department ?year WHERE {
  GRAPH ?graph { ?table a jx:TargetTable ; jx:name ?name ; jx:ofDepartment ?d .
    ?d jx:name ?department .
    OPTIONAL { ?table jx:ofProject ?project }
    OPTIONAL { ?table jx:code ?code }
    OPTIONAL { ?table jx:fiscalYear ?year } } }
ORDER BY ?department ?name"""
_DEPARTMENTS = """PREFIX jx: <https://w3id.org/jixiao/ontology#>
SELECT DISTINCT ?d ?name WHERE { GRAPH ?graph { ?d a jx:Department ; jx:name ?name } } ORDER BY ?d"""


@dataclass(frozen=True, slots=True)
class Found:
    """A table, its disclosure, its IRI and the named graph it stands in."""

    table: TargetTable
    disclosure: Disclosure
    iri: str
    graph: str


@dataclass(frozen=True, slots=True)
class Project:
    """A project: its IRI, those of its tables, and the named graphs that they stand in."""

    iri: str
    tables: tuple[str, ...]
    graphs: tuple[str, ...]


def find_project(store: Store, wanted: str) -> Project:
    """The one project that ``wanted`` names. Raises as :func:`find_table`."""
    rows = [row for row in strings(store.query(_TABLES)) if "project" in row]
    matches = _one(_matching(rows, wanted), "project", wanted)
    tables, graphs = (tuple(dict.fromkeys(row[key] for row in matches)) for key in ("table", "graph"))
    return Project(matches[0]["project"], tables, graphs)


def find_department(store: Store, wanted: str) -> str:
    """The IRI of the one department that ``wanted`` names by id, name or a part of it. Raises as :func:`find_table`."""
    rows = list(strings(store.query(_DEPARTMENTS)))
    ids = {wanted, f"{iris.BASE}id/department/{wanted.removeprefix('/departments/').strip('/')}"}
    found = [row for row in rows if row["d"] in ids] or [row for row in rows if fold(row["name"]) == fold(wanted)]
    found = found or [row for row in rows if fold(wanted) in fold(row["name"])]
    named = [{"department": row["d"], "name": row["name"]} for row in found]
    return _one(named, "department", wanted)[0]["department"]


def find_table(store: Store, wanted: str) -> Found:
    """The one table that ``wanted`` names.

    Raises NotFound when none does, BadParameter with the candidates when several do.
    """
    rows = list(strings(store.query(_TABLES)))
    first = _one(_matching(rows, wanted), "table", wanted)[0]
    graph, iri = first["graph"], first["table"]
    disclosure = from_quads(store.graph(NamedNode(graph)), vocabulary())
    position = _position(store, graph, iri)
    return Found(next(t for t in disclosure.target_tables if t.position == position), disclosure, iri, graph)


def _one(matches: list[dict[str, str]], key: str, wanted: str) -> list[dict[str, str]]:
    """The rows, if they are all of one thing. Raises NotFound and BadParameter."""
    if not matches:
        zh = "没有找到这个部门。" if key == "department" else "没有找到这个项目。"
        raise NotFound(wanted, zh=zh, en=f"No such {'department' if key == 'department' else 'project'}.")
    if len({row[key] for row in matches}) > 1:
        names = "; ".join(f"{row['department']} / {row['name']}" for row in matches[:8])
        raise BadParameter(
            f"{wanted} → {names}", zh="有多个符合，请写全名、编码或标识。", en="Several match; be exact."
        )
    return matches


def _matching(rows: list[dict[str, str]], wanted: str) -> list[dict[str, str]]:
    """Exact ways of naming first; a part of a name only where nothing is exact."""
    path = wanted.strip("/")
    ids = {wanted, *(f"{iris.BASE}id/{before}{path}" for before in ("", "project/", "table/"))}
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
    """The triples of a table and of everything below its IRI (indicators, targets, quotes), and of its project."""
    path = iri.removeprefix(f"{iris.BASE}id/table/")
    things = {f"{iris.BASE}id/{kind}/{path}" for kind in ("table", "indicator", "project")}
    below = tuple(f"{thing}/" for thing in things)
    subjects = ((triple, str(triple.subject)[1:-1]) for triple in store.graph(NamedNode(graph)))
    return [triple for triple, subject in subjects if subject in things or subject.startswith(below)]
