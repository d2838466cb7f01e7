"""What Schemathesis cannot know from OpenAPI: values in the formats of this field, and which parameters go together.

Read by it as a module of hooks, see :mod:`tests.fuzz`. The formats and media types stand in the OpenAPI document; here
each gets values that are right, so that a refusal of them is a failure.
"""

import json
from collections.abc import Callable
from typing import Any

import schemathesis
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import Failure

from api.formats import GRAPHS, media_types
from api.links import encode_next

NAMES = [f"https://example.org/graph/{number}" for number in (1, 2)]
QUERIES = [
    "ASK {}",
    "SELECT * { ?s ?p ?o } LIMIT 3",
    "SELECT (COUNT(*) AS ?n) { ?s a ?kind } GROUP BY ?kind",
    "PREFIX jx: <https://w3id.org/jixiao/ontology#> SELECT ?name { ?table a jx:TargetTable ; jx:name ?name } LIMIT 9",
]
UPDATES = [
    f"INSERT DATA {{ GRAPH <{NAMES[0]}> {{ <https://example.org/a> <https://example.org/b> '甲' }} }}",
    f"DELETE WHERE {{ GRAPH <{NAMES[0]}> {{ ?s ?p ?o }} }}",
    f"CLEAR SILENT GRAPH <{NAMES[1]}>",
]
_place = st.tuples(st.integers(1, 10**9 - 1), st.integers(1, 99))
FORMATS = {
    "sparql-query": st.sampled_from(QUERIES),
    "sparql-update": st.sampled_from(UPDATES),
    "iri": st.sampled_from(NAMES),
    "iri-reference": st.sampled_from([*NAMES, "2"]),
    "unit": st.sampled_from(["%", "万元", "人", "人次"]),
    "comparator": st.sampled_from([">=", "=", "定性"]),
    "id": st.from_regex(r"[0-9]{6}/[一-龥]{1,8}", fullmatch=True),
    "page-token": _place.map(lambda place: encode_next(f"{place[0]} https://w3id.org/jixiao/id/region/{place[1]}")),
}
_node = st.sampled_from([NamedNode(f"https://example.org/{name}") for name in "abc"])
_triples = st.lists(st.builds(Triple, _node, _node, _node | st.text("甲乙<&\"'\n").map(Literal)), max_size=3)
for _format in GRAPHS:
    _rdf = RdfFormat.from_media_type(_format.media_type)
    FORMATS[f"rdf-{_format.name}"] = _triples.map(lambda triples, rdf=_rdf: serialize(triples, format=rdf).decode())
for _name, _values in FORMATS.items():
    schemathesis.openapi.format(_name, _values)


@schemathesis.serializer("application/sparql-query", "application/sparql-update", *media_types(GRAPHS))
def as_it_is(context: object, value: object) -> bytes:
    """Text is sent as it is, what is no text as JSON."""
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else json.dumps(value).encode()


Given = dict[str, Any]
# Parameters of which OpenAPI cannot say that one excludes or needs another.
TOGETHER: dict[str, Callable[[Given], bool]] = {
    "query_sparql": lambda given: "query" in given or not given,
    "list_forms": lambda given: not given.get("form"),  # on to a file, see there
    "get_form": lambda given: (
        not (given.get("like") and given.get("project")) and (given.get("as") != "json" or bool(given.get("project")))
    ),
    "export_comparison": lambda given: any(given.get(name) for name in ("project", "indicator", "function")),
    "get_graph": lambda given: not {"graph", "default"} <= given.keys(),
    "post_graph": lambda given: not {"graph", "default"} <= given.keys(),
    "put_graph": lambda given: len({"graph", "default"} & given.keys()) == 1,
    "delete_graph": lambda given: len({"graph", "default"} & given.keys()) == 1,
}
# Any bytes are a file, any file may be previewed; whether it is a budget document no schema can say.
DOCUMENTS = ("create_preview", "accept_preview", "replace_disclosure")
NOT_READ = {"file-empty", "unknown-format", "file-damaged", "no-performance-table"}


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """Whether a failure is one."""
    name, given = case.operation.definition.raw["operationId"], dict(case.query or {})
    match failure.code:
        case "ST202":  # "Schema-valid request rejected"
            return not _only_seems_right(name, given, response)
        case "ST201":  # "Schema-violating request accepted"
            return not _only_seems_wrong(name, given, failure)
    return True


def _only_seems_right(name: str, given: Given, response: Response) -> bool:
    if response.status_code == 406:  # whether a format can hold a result is for the query, or the graph, to say
        return name in ("query_sparql", "post_sparql", "get_graph")
    problem = response.json()
    if problem["title_en"] == "Several match; be exact.":  # which names are parts of others is for the store to say
        return name in ("get_form", "export_table", "export_graph", "export_package", "export_list")
    if name in DOCUMENTS and problem["code"] in NOT_READ:
        return True
    return name in TOGETHER and not TOGETHER[name](given)


def _only_seems_wrong(name: str, given: Given, failure: Failure) -> bool:
    if name.startswith("ask_"):  # the page of a question whose parameters are not given is the form to give them
        return given.get("format") == "html"
    if name in ("create_preview", "replace_disclosure"):  # in a form everything is text: a file that holds "1" is one
        return "/properties/file (was string" in failure.message
    # Nothing at all is a graph too, and an update.
    return name in ("put_graph", "post_graph", "update_sparql") and "in body - violates `format`" in failure.message
