"""The data dictionary: every class of the data with its properties, for people who want columns, not triples."""

from __future__ import annotations

from collections.abc import Iterator

from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, Namespace, Node

from docs.generate import NOTE, page, table
from graph import resources

JX = Namespace("https://w3id.org/jixiao/ontology#")
SCHEMA = Namespace("https://schema.org/")
HEADS = ("属性 property", "名称 name", "取值 values", "定义 definition")


def dictionary() -> str:
    """Every class that has properties, in the order of the ontology's labels."""
    graph = Graph().parse(resources.folder("ontology") / "jixiao.ttl")
    parts = ["# 数据字典 Data dictionary\n", NOTE]
    parts.append("由 `ontology/jixiao.ttl` 生成。Made from `ontology/jixiao.ttl`.\n")
    for kind in sorted(graph.subjects(RDF.type, OWL.Class), key=str):
        rows = list(_rows(graph, kind))
        if rows:
            parts.append(f"## `jx:{_local(kind)}` {_both(graph, kind, RDFS.label)}\n")
            parts.append(f"{_both(graph, kind, SKOS.definition)}\n")
            parts.append(table(HEADS, iter(rows)))
    return page(parts)


def _rows(graph: Graph, kind: Node) -> Iterator[tuple[object, ...]]:
    owned = {*graph.subjects(RDFS.domain, kind), *graph.subjects(SCHEMA.domainIncludes, kind)}
    for name in sorted(owned, key=str):
        ranges = sorted({*graph.objects(name, RDFS.range), *graph.objects(name, SCHEMA.rangeIncludes)}, key=str)
        values = ", ".join(map(_local, ranges)) or "–"
        yield f"`{_local(name)}`", _both(graph, name, RDFS.label), values, _both(graph, name, SKOS.definition)


def _local(node: Node) -> str:
    return str(node).rsplit("#", 1)[-1].rsplit("/", 1)[-1]


def _both(graph: Graph, subject: Node, predicate: Node) -> str:
    texts = {str(o.language): str(o) for o in graph.objects(subject, predicate) if isinstance(o, Literal)}
    return " ".join(texts[language] for language in ("zh", "en") if language in texts)
