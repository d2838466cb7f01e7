"""The SPARQL 1.1 service description, made of the formats that negotiation offers."""

from __future__ import annotations

from pyoxigraph import BlankNode, NamedNode, RdfFormat, Triple, serialize

from api.formats import GRAPHS, SOLUTIONS

_SD = "http://www.w3.org/ns/sparql-service-description#"
_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


def description(endpoint: str, update: str | None, media_type: str) -> bytes:
    """What the endpoint speaks; ``update`` is the IRI of the endpoint for updates, if there is one."""
    triples = _service(endpoint, "SPARQL11Query")
    if update:
        triples += _service(update, "SPARQL11Update")
    prefixes = {"sd": _SD, "formats": "http://www.w3.org/ns/formats/"}
    return serialize(triples, format=RdfFormat.from_media_type(media_type), prefixes=prefixes) or b""


def _service(endpoint: str, language: str) -> list[Triple]:
    node, dataset, default = BlankNode(), BlankNode(), BlankNode()
    triples = [
        Triple(node, _TYPE, _term("Service")),
        Triple(node, _term("endpoint"), NamedNode(endpoint)),
        Triple(node, _term("supportedLanguage"), _term(language)),
        Triple(node, _term("feature"), _term("UnionDefaultGraph")),
        Triple(node, _term("feature"), _term("EmptyGraphs")),
        Triple(node, _term("defaultDataset"), dataset),
        Triple(dataset, _TYPE, _term("Dataset")),
        Triple(dataset, _term("defaultGraph"), default),
        Triple(default, _TYPE, _term("Graph")),
    ]
    offered = (*SOLUTIONS, *GRAPHS) if language == "SPARQL11Query" else ()
    return triples + [Triple(node, _term("resultFormat"), NamedNode(format.iri)) for format in offered]


def _term(name: str) -> NamedNode:
    return NamedNode(f"{_SD}{name}")
