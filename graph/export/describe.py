"""The dataset described for others: VoID statistics and DCAT, as triples of one graph."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Triple

from graph import __version__, iris
from graph.iris import RDF_TYPE
from graph.store import Store
from graph.store.rows import strings

VOID, DCAT = "http://rdfs.org/ns/void#", "http://www.w3.org/ns/dcat#"
DCTERMS = "http://purl.org/dc/terms/"
DATASET = iris.BASE + "id/dataset"
_YEAR = NamedNode("http://www.w3.org/2001/XMLSchema#gYear")
_INTEGER = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
_CLASSES = "SELECT ?class (COUNT(DISTINCT ?s) AS ?count) WHERE { GRAPH ?g { ?s a ?class } } GROUP BY ?class"
_PROPERTIES = "SELECT ?property (COUNT(*) AS ?count) WHERE { GRAPH ?g { ?s ?property ?o } } GROUP BY ?property"
_EXAMPLES = f"SELECT ?table WHERE {{ ?disclosure <{iris.JX}targetTable> ?table }} ORDER BY ?table LIMIT 1"
_YEARS = f"SELECT DISTINCT ?year WHERE {{ ?d a <{iris.JX}Disclosure> ; <{iris.JX}fiscalYear> ?year }} ORDER BY ?year"
# The documents are official (data/README.md); no licence of theirs is known, so none is claimed.
_RIGHTS = {
    "zh": "内容取自各部门依《预算法》第十四条公开的文件。",
    "en": "Taken from documents that departments published as article 14 of the Budget Law requires.",
}
_VOCABULARIES = (
    iris.JX, "http://www.w3.org/2004/02/skos/core#", "http://purl.org/linked-data/cube#",
    "http://data.openbudgets.eu/ontology/", "http://www.w3.org/ns/prov#", "https://schema.org/",
)  # fmt: skip


def describe(store: Store, *, service: str | None = None) -> list[Triple]:
    """What the store holds: size, classes and properties with their counts, years, vocabularies, and where to ask.

    ``service``: the address of the service over it, where there is one, with its last slash.
    """
    return [*_describe(store), *(_access(service) if service is not None else ())]


def _access(service: str) -> Iterator[Triple]:
    """The SPARQL endpoint, as VoID and as a DCAT data service, and the page of the service."""
    endpoint, sparql = NamedNode(f"{service}sparql"), f"{DATASET}/sparql"
    yield _triple(DATASET, VOID + "sparqlEndpoint", endpoint)
    yield _triple(DATASET, DCAT + "landingPage", NamedNode(service))
    yield _triple(sparql, RDF_TYPE, NamedNode(DCAT + "DataService"))
    yield _triple(sparql, DCTERMS + "title", Literal("SPARQL 1.1"))
    yield _triple(sparql, DCTERMS + "conformsTo", NamedNode("https://www.w3.org/TR/sparql11-protocol/"))
    yield _triple(sparql, DCAT + "endpointURL", endpoint)
    yield _triple(sparql, DCAT + "servesDataset", NamedNode(DATASET))


def _describe(store: Store) -> Iterator[Triple]:
    yield _triple(DATASET, RDF_TYPE, NamedNode(VOID + "Dataset"))
    yield _triple(DATASET, RDF_TYPE, NamedNode(DCAT + "Dataset"))
    yield _triple(DATASET, DCTERMS + "title", Literal("绩效目标知识图谱", language="zh"))
    yield _triple(DATASET, DCTERMS + "title", Literal("Knowledge graph of performance targets", language="en"))
    for language, text in _RIGHTS.items():
        yield _triple(DATASET, DCTERMS + "rights", Literal(text, language=language))
    yield _triple(DATASET, DCAT + "version", Literal(__version__))
    yield _triple(DATASET, VOID + "uriSpace", Literal(iris.BASE + "id/"))
    for vocabulary in _VOCABULARIES:
        yield _triple(DATASET, VOID + "vocabulary", NamedNode(vocabulary))
    yield _triple(DATASET, DCTERMS + "conformsTo", NamedNode(iris.BASE + "ontology"))
    yield _triple(DATASET, DCTERMS + "language", Literal("zh"))
    for row in strings(store.query(_EXAMPLES)):
        yield _triple(DATASET, VOID + "exampleResource", NamedNode(row["table"]))
    for row in strings(store.query(_YEARS)):
        yield _triple(DATASET, DCTERMS + "temporal", Literal(row["year"], datatype=_YEAR))
    properties = [(row["property"], int(row["count"])) for row in strings(store.query(_PROPERTIES))]
    yield _triple(DATASET, VOID + "triples", _number(sum(count for _, count in properties)))
    classes = [(row["class"], int(row["count"])) for row in strings(store.query(_CLASSES))]
    yield from _partitions("classPartition", "class", "entities", classes)
    yield from _partitions("propertyPartition", "property", "triples", properties)


def _partitions(link: str, name: str, measure: str, counts: list[tuple[str, int]]) -> Iterator[Triple]:
    for number, (iri, count) in enumerate(sorted(counts), 1):
        part = f"{DATASET}/{link}/{number}"
        yield _triple(DATASET, VOID + link, NamedNode(part))
        yield _triple(part, VOID + name, NamedNode(iri))
        yield _triple(part, VOID + measure, _number(count))


def _triple(subject: str, predicate: str, value: NamedNode | Literal) -> Triple:
    return Triple(NamedNode(subject), NamedNode(predicate), value)


def _number(count: int) -> Literal:
    return Literal(str(count), datatype=_INTEGER)
